import SallyportConfiguration
import SallyportTesting
import Testing

/// `routes[].cors`: preflights are answered here, before anybody asks for a token, and every answer can be read.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct CORSTests {
    static let app = "https://app.example"

    /// A proxy whose application speaks CORS itself, carelessly.
    private static func run(
        _ change: @escaping (inout CORSConfiguration) -> Void = { _ in }, _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        let dead = try DeadPort()
        try await ProxyFixture.run(
            configure: { configuration in
                var cors = CORSConfiguration(allowedOrigins: [app, "https://*.shop.example"])
                cors.allowedMethods = ["GET", "PUT"]
                cors.allowedHeaders = ["Content-Type", "X-Trace"]
                change(&cors)
                configuration.routes.append(ProxyFixture.route("/api", .required) { $0.cors = cors })
                configuration.routes.append(ProxyFixture.route("/open", .none) { $0.cors = cors })
                configuration.routes.append(
                    ProxyFixture.route("/small", .none) {
                        $0.cors = cors
                        $0.maxBodyBytes = 3
                    })
                configuration.upstreams["gone"] = .init(endpoints: [.tcp(host: "127.0.0.1", port: dead.number)])
                configuration.routes.append(ProxyFixture.route("/gone", .none, upstream: "gone") { $0.cors = cors })
            },
            origin: { exchange in
                _ = try exchange.readBody()
                try exchange.perform(
                    .response(
                        200,
                        [
                            ("Access-Control-Allow-Origin", "*"), ("access-control-allow-credentials", "false"),
                            ("Vary", "Accept"),
                        ], body: "application"))
            }, body)
    }

    static func asking(
        _ origin: String = app, _ method: String = "PUT", _ more: [(String, String)] = []
    ) -> [(String, String)] {
        [("Origin", origin), ("Access-Control-Request-Method", method)] + more
    }

    @Test("A preflight on an authenticated route is answered without a token, and never reaches the application")
    func preflight() async throws {
        try await Self.run { proxy throws in
            let answer = try proxy.client().exchange(
                "OPTIONS", "/api/orders",
                Self.asking(Self.app, "PUT", [("Access-Control-Request-Headers", "x-trace,content-type")]))
            #expect(answer.status == 204 && answer.body.isEmpty)
            #expect(answer.header("access-control-allow-origin") == Self.app)
            #expect(answer.header("access-control-allow-credentials") == "true")
            #expect(answer.header("access-control-allow-methods") == "GET, PUT")
            #expect(answer.header("access-control-allow-headers") == "Content-Type, X-Trace")
            #expect(answer.header("access-control-max-age") == "600")
            #expect(!answer.fields.contains("access-control-allow-private-network"))
            #expect(answer.fields.elements("vary").contains("origin"))
            #expect(!answer.fields.contains("www-authenticate"))
            // POST and GET need no permission.
            #expect(try proxy.client().exchange("OPTIONS", "/api", Self.asking(Self.app, "POST")).status == 204)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "A preflight of another origin, method or field is told nothing that would allow it",
        arguments: [
            asking("https://evil.example"), asking("null"), asking("https://app.example.evil"),
            asking("http://app.example"), asking("https://shop.example"), asking("https://.shop.example"),
            asking("https://evil.example/.shop.example"), asking("https://a:1.shop.example"),
            asking("https://a.shop.example:8443"), asking(app, "DELETE"), asking(app, "put"),
            asking(app, "PUT", [("Access-Control-Request-Headers", "x-trace, x-other")]),
            asking(app, "PUT", [("Access-Control-Request-Headers", "sallyport-issue-session")]),
            asking(app, "PUT", [("Access-Control-Request-Private-Network", "true")]),
            asking(app, "PUT", [("Origin", app)]),
        ])
    func refusedPreflight(fields: [(String, String)]) async throws {
        try await Self.run { proxy throws in
            let answer = try proxy.client().exchange("OPTIONS", "/api", fields)
            #expect(answer.status == 403 && answer.json["error"] as? String == "cross_origin")
            #expect(!answer.fields.lines.contains { $0.name.lowercased().hasPrefix("access-control-") })
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("A host below a star may, also with credentials off and from a public network where that is allowed")
    func wildcard() async throws {
        try await Self.run({
            $0.allowsCredentials = false
            $0.allowsPrivateNetwork = true
            $0.maxAgeSeconds = 5
        }) { proxy throws in
            let answer = try proxy.client().exchange(
                "OPTIONS", "/api",
                Self.asking("https://a.b.shop.example", "PUT", [("Access-Control-Request-Private-Network", "true")]))
            #expect(answer.status == 204)
            #expect(answer.header("access-control-allow-origin") == "https://a.b.shop.example")
            #expect(answer.header("access-control-allow-private-network") == "true")
            #expect(answer.header("access-control-max-age") == "5")
            #expect(!answer.fields.contains("access-control-allow-credentials"))
        }
    }

    @Test("The application's answer carries the route's CORS fields once, and none of its own")
    func answers() async throws {
        try await Self.run { proxy throws in
            let answer = try proxy.client().exchange("GET", "/open", [("Origin", Self.app)])
            #expect(answer.text == "application")
            #expect(answer.fields.all("access-control-allow-origin") == [Self.app])
            #expect(answer.fields.all("access-control-allow-credentials") == ["true"])
            #expect(
                answer.fields.elements("vary").contains("origin") && answer.fields.elements("vary").contains("accept"))
            let other = try proxy.client().exchange("GET", "/open", [("Origin", "https://evil.example")])
            #expect(other.text == "application")
            #expect(!other.fields.contains("access-control-allow-origin"))
            #expect(!other.fields.contains("access-control-allow-credentials"))
            #expect(other.fields.elements("vary").contains("origin"))
        }
    }

    @Test("Our own answers can be read by the page as well: 401, 413, 503")
    func ownAnswers() async throws {
        try await Self.run { proxy throws in
            func check(_ answer: RawResponse, _ status: Int) {
                #expect(answer.status == status)
                #expect(answer.fields.all("access-control-allow-origin") == [Self.app])
                #expect(answer.header("access-control-expose-headers") == "WWW-Authenticate")
            }
            let origin = [("Origin", Self.app)]
            check(try proxy.client().exchange("GET", "/api", origin), 401)
            check(try proxy.client().exchange("POST", "/small", origin, body: "more than three"), 413)
            check(try proxy.client().exchange("GET", "/gone", origin), 503)
            // And for somebody else they cannot.
            let other = try proxy.client().exchange("GET", "/api", [("Origin", "https://evil.example")])
            #expect(other.status == 401 && !other.fields.contains("access-control-allow-origin"))
        }
    }

    @Test("Without cors a preflight goes the way of the route's mode, and OPTIONS without an origin always does")
    func without() async throws {
        try await Self.run { proxy throws in
            #expect(try proxy.client().exchange("OPTIONS", "/", Self.asking()).status == 401)
            let passed = try proxy.client().exchange("OPTIONS", "/public", Self.asking())
            #expect(passed.text == "application" && passed.header("access-control-allow-origin") == "*")
            #expect(try proxy.client().exchange("OPTIONS", "/api").status == 401)
            #expect(try proxy.client().exchange("OPTIONS", "/api", [("Origin", Self.app)]).status == 401)
        }
    }
}

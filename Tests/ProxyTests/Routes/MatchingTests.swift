import SallyportConfiguration
import SallyportTesting
import Testing

/// `routes[].match`: host, path and method.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct MatchingTests {
    /// Each route answers with its name.
    private static func route(
        _ name: String, _ prefix: String = "/", host: String? = nil, methods: [String]? = nil, exact: Bool = false
    ) -> RouteConfiguration {
        ProxyFixture.route(prefix, .none) {
            $0.name = name
            $0.host = host
            $0.methods = methods
            if exact { $0.path = .exact(prefix) }
            $0.responseHeaders = [(name: "X-Route", value: name)]
        }
    }

    private static func run(_ routes: [RouteConfiguration], _ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(configure: { $0.routes = routes }, body)
    }

    @Test("The exact host comes before the longest part behind a star, and that before a route without host")
    func hosts() async throws {
        try await Self.run([
            Self.route("any"), Self.route("wide", host: "*.example.com"), Self.route("deep", host: "*.eu.example.com"),
            Self.route("exact", "/app", host: "shop.eu.example.com"),
        ]) { proxy throws in
            func route(_ host: String, _ target: String = "/app/x") throws -> String? {
                try proxy.client().exchange("GET", target, [("Host", host)]).header("x-route")
            }
            #expect(try route("shop.eu.example.com") == "exact")
            #expect(try route("SHOP.EU.example.com.:8080") == "exact")
            #expect(
                try route("shop.eu.example.com", "/other") == "deep", "a host that does not serve the path is passed by"
            )
            #expect(try route("a.b.eu.example.com") == "deep")
            #expect(try route("eu.example.com") == "wide")
            #expect(try route("a.example.com") == "wide")
            for other in ["example.com", "xexample.com", "a.example.com.evil", "com", "127.0.0.1", "[::1]"] {
                #expect(try route(other) == "any", "\(other)")
            }
        }
    }

    @Test("An escape of what may stand in a path as it is leads to no other route")
    func escapes() async throws {
        try await Self.run([
            Self.route("any"), Self.route("admin", "/@admin"), Self.route("verb", "/items:delete", exact: true),
            Self.route("escaped", "/a%2Bb"), Self.route("blank", "/a%20b"),
        ]) { proxy throws in
            for (target, name) in [
                ("/@admin", "admin"), ("/%40admin", "admin"), ("/%40%61dmin/x", "admin"), ("/%40admin;v=1", "admin"),
                ("/%2540admin", "any"), ("/items:delete", "verb"), ("/items%3adelete", "verb"),
                ("/items%3Adelete/x", "any"), ("/a+b/c", "escaped"), ("/a%2bb/c", "escaped"), ("/a%20b", "blank"),
                ("/a%3b", "any"),
            ] {
                let answer = try proxy.client().exchange("GET", target)
                #expect(answer.header("x-route") == name, "\(target)")
            }
            #expect(proxy.requests.last?.target == "/a%3B", "and what is forwarded keeps its escapes")
        }
    }

    @Test("Where only the method fails, that is 405 with what is allowed, and never a less specific route")
    func methods() async throws {
        try await Self.run([
            Self.route("fallback"), Self.route("read", "/items", methods: ["GET"]),
            Self.route("write", "/items", methods: ["POST", "PURGE"]),
            Self.route("one", "/items/one", methods: ["DELETE"], exact: true),
            Self.route("some", "/rest", methods: ["PUT"]), Self.route("others", "/rest"),
        ]) { proxy throws in
            func route(_ method: String, _ target: String) throws -> String {
                let answer = try proxy.client().exchange(method, target)
                return answer.header("x-route") ?? "\(answer.status) \(answer.header("allow") ?? "")"
            }
            #expect(try route("GET", "/items") == "read")
            #expect(try route("HEAD", "/items/two") == "read")
            #expect(try route("POST", "/items") == "write")
            #expect(try route("PURGE", "/items") == "write")
            #expect(try route("purge", "/items").hasPrefix("405"))
            #expect(try route("DELETE", "/items") == "405 POST, PURGE, GET, HEAD")
            #expect(try route("OPTIONS", "/items").hasPrefix("405"))
            #expect(try route("DELETE", "/items/one") == "one")
            #expect(try route("GET", "/items/one") == "405 DELETE", "not the prefix that would take it")
            #expect(try route("PUT", "/rest") == "some")
            #expect(try route("GET", "/rest") == "others")
            #expect(try route("GET", "/elsewhere") == "fallback")
            let body = try proxy.client().exchange("DELETE", "/items").json
            #expect(body["error"] as? String == "method_not_allowed")
        }
    }

    @Test("No place at all is 404, whatever the method")
    func nowhere() async throws {
        try await Self.run([Self.route("a", "/a", methods: ["GET"])]) { proxy throws in
            for method in ["GET", "POST"] { #expect(try proxy.client().exchange(method, "/b").status == 404) }
            #expect(try proxy.client().exchange("POST", "/a").status == 405)
            #expect(try proxy.client().exchange("GET", "/a").status == 200)
        }
    }

    @Test("A preflight goes where the request would go that it asks for")
    func preflight() async throws {
        var read = Self.route("read", "/items", methods: ["GET"])
        read.cors = CORSConfiguration(allowedOrigins: ["https://reader.example"])
        var write = Self.route("write", "/items", methods: ["PUT"])
        write.cors = CORSConfiguration(allowedOrigins: ["https://writer.example"])
        write.cors?.allowedMethods = ["PUT"]
        try await Self.run([read, write]) { proxy throws in
            func ask(_ method: String, _ origin: String) throws -> Int {
                try proxy.client().exchange(
                    "OPTIONS", "/items", [("Origin", origin), ("Access-Control-Request-Method", method)]
                ).status
            }
            #expect(try ask("GET", "https://reader.example") == 204)
            #expect(try ask("PUT", "https://writer.example") == 204)
            #expect(try ask("PUT", "https://reader.example") == 403)
            #expect(try ask("DELETE", "https://writer.example") == 405)
        }
    }

    @Test("Asking like a preflight opens no route without cors to OPTIONS")
    func preflightWithoutCORS() async throws {
        try await Self.run([Self.route("read", "/items", methods: ["GET"])]) { proxy throws in
            let fields = [("Origin", "https://reader.example"), ("Access-Control-Request-Method", "GET")]
            let answer = try proxy.client().exchange("OPTIONS", "/items", fields)
            #expect(answer.status == 405 && answer.header("allow") == "GET, HEAD")
            #expect(try proxy.client().exchange("GET", "/items", fields).status == 200)
        }
    }

    @Test("Fields that a route sets or removes change, on the application's answers and on ours")
    func responseFields() async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.routes = ["/open", "/closed"].map { path in
                    ProxyFixture.route(path, path == "/open" ? .none : .required) {
                        $0.responseHeaders = [
                            (name: "X-Content-Type-Options", value: "nosniff"),
                            (name: "Content-Security-Policy", value: "default-src 'self'"),
                        ]
                        $0.removedResponseHeaders = ["Server", "X-Powered-By"]
                    }
                }
            },
            origin: {
                try $0.perform(
                    .response(
                        200,
                        [
                            ("Server", "secret/1"), ("x_powered_by", "x"), ("X-POWERED-BY", "y"), ("X-Kept", "z"),
                            ("content-security-policy", "none"),
                        ]))
            }
        ) { proxy throws in
            let open = try proxy.client().exchange("GET", "/open")
            #expect(open.status == 200 && open.header("x-kept") == "z")
            for name in ["server", "x-powered-by", "x_powered_by"] { #expect(!open.fields.contains(name)) }
            #expect(open.fields.all("content-security-policy") == ["default-src 'self'"])
            #expect(open.header("x-content-type-options") == "nosniff")
            let closed = try proxy.client().exchange("GET", "/closed")
            #expect(closed.status == 401 && closed.header("x-content-type-options") == "nosniff")
        }
    }
}

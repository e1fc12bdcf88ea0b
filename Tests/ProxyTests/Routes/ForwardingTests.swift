import SallyportConfiguration
import SallyportTesting
import Testing

/// `routes[].rewrite` and `routes[].limits`.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ForwardingTests {
    private static func rewriting(_ path: RouteConfiguration.PathMatch, _ target: String) -> RouteConfiguration {
        ProxyFixture.route("/", .none) {
            $0.name = "\(path)"
            $0.path = path
            $0.rewrite = target
        }
    }

    @Test("The application gets another path than the client sent, and is told the prefix that it does not see")
    func rewrite() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes = [
                Self.rewriting(.prefix("/api"), "/"), Self.rewriting(.prefix("/old/shop"), "/new"),
                Self.rewriting(.exact("/robots.txt"), "/static/robots"), Self.rewriting(.prefix("/"), "/site"),
            ]
        }) { proxy throws in
            let rows: [(String, String, String?)] = [
                ("/api", "/", "/api"), ("/api/", "/", "/api"), ("/api/x/y?q=/api", "/x/y?q=/api", "/api"),
                ("/api?x", "/?x", "/api"), ("/api;v=1/x;w=2", "/x;w=2", "/api"), ("/api//x", "/x", "/api"),
                ("/api/../api/%7Ex", "/~x", "/api"), ("/apiary", "/site/apiary", nil),
                ("/old/shop", "/new", "/old/shop"),
                ("/old/shop/a%20b", "/new/a%20b", "/old/shop"), ("/old", "/site/old", nil),
                ("/robots.txt?x=1", "/static/robots?x=1", nil), ("/", "/site/", nil),
            ]
            for (sent, seen, prefix) in rows {
                let answer = try proxy.client().exchange("GET", sent, [("X-Forwarded-Prefix", "/forged")])
                #expect(answer.status == 200)
                #expect(proxy.requests.last?.target == seen, "\(sent)")
                #expect(answer.echoed["x-forwarded-prefix"] == prefix, "\(sent)")
            }
            // The access log tells what the client asked for.
            #expect(waitUntil { proxy.accessLog.contains(#""path":"/old/shop/a%20b""#) })
        }
    }

    @Test("A path that climbs out of the prefix is another path, and gets the way of that")
    func climbing() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes = [
                Self.rewriting(.prefix("/api"), "/internal"), ProxyFixture.route("/admin", .required),
            ]
        }) { proxy throws in
            #expect(try proxy.client().exchange("GET", "/api/../admin").status == 401)
            #expect(try proxy.client().exchange("GET", "/api/%2e%2e/admin").status == 401)
            #expect(try proxy.client().exchange("GET", "/api/..%2fadmin").status == 400)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("A route has its own patience with the application")
    func timeouts() async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.routes = [
                    ProxyFixture.route("/quick", .none) { $0.timeouts.upstreamFirstByteSeconds = 0.2 },
                    ProxyFixture.route("/patient", .none),
                ]
            },
            origin: { exchange in
                if exchange.request.target == "/quick" { return try exchange.perform(.never) }
                try exchange.perform(.response(200))
            }
        ) { proxy throws in
            let answer = try proxy.client().exchange("GET", "/quick")
            #expect(answer.status == 504)
            #expect(waitUntil { proxy.accessLog.contains(#""reason":"upstream_timeout""#) })
            #expect(try proxy.client().exchange("GET", "/patient").status == 200)
        }
    }

    @Test("A route has its own patience with a client's body")
    func bodyTimeout() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes = [ProxyFixture.route("/quick", .none) { $0.timeouts.bodyIdleSeconds = 0.2 }]
        }) { proxy throws in
            let client = try proxy.client()
            try client.send("POST /quick HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5\r\n\r\nab")
            #expect(try client.response().status == 408)
        }
    }
}

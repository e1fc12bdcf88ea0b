import SallyportTesting
import Testing

/// Tokens in the query, where a route takes them: for clients that can set no field.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct QueryTokenTests {
    private static func run(
        _ origin: @escaping TestOrigin.Script = { try $0.perform(.echo(try $0.readBody())) },
        _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.routes.append(
                    ProxyFixture.route("/query", .required) {
                        $0.tokenSources = [.query, .cookie]
                        $0.accept = [.access, .websocket]
                    })
                configuration.routes.append(
                    ProxyFixture.route("/ticket", .optional) {
                        $0.tokenSources = [.query]
                        $0.queryParameter = "ticket"
                    })
            }, origin: origin, body)
    }

    @Test("A token in the query opens the route, and neither the application nor a log ever sees it")
    func accepted() async throws {
        try await Self.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let agent = [("User-Agent", alice.userAgent!)]
            let token = try #require(alice.access)
            for _ in 0..<2 {
                for (target, path) in [
                    ("/query/a?access_token=\(token)", "/query/a"),
                    ("/query/a?x=1&access_token=\(token)&y=%2F", "/query/a?x=1&y=%2F"),
                    ("/query//b/../a?access%5ftoken=\(token)", "/query/a"),
                    ("/ticket?ticket=\(token)&access_token=mine", "/ticket?access_token=mine"),
                ] {
                    let answer = try proxy.client().exchange("GET", target, agent)
                    #expect(answer.status == 200, "\(target)")
                    #expect(answer.echoed["x-user-id"] == "alice")
                    #expect(answer.json["path"] as? String == path)
                }
            }
            #expect(waitUntil { proxy.accessLog.split(separator: "\n").count >= 8 })
            for text in [proxy.accessLog, proxy.auditLog] + proxy.requests.map(\.description) {
                #expect(!text.contains(token))
            }
        }
    }

    @Test("A WebSocket and an event stream are opened with it, too, from any page that has it")
    func webSocket() async throws {
        try await Self.run({ try $0.acceptWebSocketAndEcho() }) { proxy in
            var alice = try Browser.signedIn(proxy)
            let answer = try alice.post("websocket-token")
            let token = try #require(answer.json["token"] as? String)
            let fields = [("User-Agent", alice.userAgent!), ("Origin", "https://other.example")]
            let client = try proxy.client()
            #expect(try client.openWebSocket("/query?access_token=\(token)", fields).status == 101)
            #expect(proxy.requests.last?.target == "/query")
            proxy.clock.advance(bySeconds: 1800)
            #expect(try client.frame().closeCode == 4401)
        }
    }

    @Test(
        "What is bad there is refused as elsewhere; two that differ are 400; elsewhere the parameter is the application's"
    )
    func refused() async throws {
        try await Self.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let agent = [("User-Agent", alice.userAgent!)]
            let token = try #require(alice.access)
            func get(_ target: String, _ fields: [(String, String)]) throws -> RawResponse {
                try proxy.client().exchange("GET", target, fields)
            }
            expectRefusal(try get("/query", agent), "token_missing")
            expectRefusal(try get("/query?access_token=", agent), "token_missing")
            expectRefusal(try get("/query?access_token=garbage", agent), "token_malformed")
            expectRefusal(try get("/query?access_token=%2E\(token)", agent), "token_malformed")
            expectRefusal(try get("/query?access_token=\(token)", [("User-Agent", "thief")]), "binding_mismatch")
            expectRefusal(
                try get("/query?access_token=\(token)&access_token=x", agent), "credentials_ambiguous", status: 400)
            let before = proxy.requests.count
            expectRefusal(try get("/account?access_token=\(token)", agent), "token_missing")
            #expect(proxy.requests.count == before)
            let open = try get("/public?access_token=\(token)", agent)
            #expect(open.json["path"] as? String == "/public?access_token=\(token)", "it is not ours there")
            #expect(try get("/query?access_token=", alice.fields).json["path"] as? String == "/query")
        }
    }

    @Test("Fields in which a browser tells of the page's address lose the token on every route, and nothing else")
    func referer() async throws {
        try await Self.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let token = try #require(alice.access)
            let page = "https://shop.example/query?a=1&access_token=\(token)&b=2"
            let answer = try proxy.client().exchange(
                "GET", "/public", [("Referer", page), ("X-Original-URL", "/query?ticket=\(token)"), ("X-Other", page)])
            #expect(answer.echoed["referer"] == "https://shop.example/query?a=1&b=2")
            #expect(answer.echoed["x-original-url"] == "/query")
            #expect(answer.echoed["x-other"] == page, "an application's own field is its own")
            let plain = try proxy.client().exchange("GET", "/public", [("Referer", "https://shop.example/a?b=c#d")])
            #expect(plain.echoed["referer"] == "https://shop.example/a?b=c#d")
        }
    }
}

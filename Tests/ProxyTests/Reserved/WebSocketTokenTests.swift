import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": `POST websocket-token`, and what its token opens.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct WebSocketTokenTests {
    @Test("Its token opens a WebSocket where one is required, for this client, until the session ends")
    func opens() async throws {
        try await ProxyFixture.run(origin: { try $0.acceptWebSocketAndEcho() }) { proxy in
            var alice = try Browser.signedIn(proxy)
            let agent = ("User-Agent", try #require(alice.userAgent))
            let answer = try alice.post("websocket-token")
            #expect(answer.status == 200)
            #expect(answer.json["expires_in"] as? Int == 1800)
            let token = try #require(answer.json["token"] as? String)
            let claims = try TokenForge(token)
            #expect(claims.text("type") == "websocket" && claims.text("sub") == "alice")
            #expect(try claims.text("sid") == TokenForge(#require(alice.access)).text("sid"))
            func open(_ token: String, from source: String? = nil) throws -> Int {
                try proxy.client(from: source).openWebSocket(
                    "/socket-token-only", [agent], subprotocols: "bearer.\(token)"
                ).status
            }
            #expect(try open(token) == 101)
            #expect(try open(try #require(alice.access)) == 401)
            #expect(try open(token, from: "127.0.0.9") == 401)
            // It opens nothing else.
            #expect(try alice.request("GET", "/", [("Authorization", "Bearer \(token)")]).code == "token_type")
            #expect(try alice.post("logout").status == 204)
            #expect(try open(token) == 401)
        }
    }

    @Test("Nobody gets one, nor does a refresh token")
    func refuses() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let nobody = try Browser(proxy).request("POST", "/.sallyport/websocket-token", Browser.ownPage)
            #expect(nobody.status == 401 && nobody.code == "token_missing")
            let bearer = [("Authorization", "Bearer \(alice.refresh ?? "")"), ("User-Agent", alice.userAgent ?? "")]
            let answer = try proxy.client().exchange("POST", "/.sallyport/websocket-token", bearer)
            #expect(answer.status == 401 && answer.code == "token_type")
        }
    }
}

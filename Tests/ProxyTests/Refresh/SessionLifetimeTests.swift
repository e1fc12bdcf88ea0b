import SallyportTesting
import Testing

/// Issue 4, "Sessions": disuse, age and number end a session, seen from outside with a clock moved by hand.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SessionLifetimeTests {
    @Test("A session in use lives past its idle time; one that is not used for so long is over")
    func idle() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.sessionIdleSeconds = 400 }) { proxy in
            var alice = try Browser.signedIn(proxy)
            for _ in 0..<20 {
                proxy.clock.advance(bySeconds: 299)
                #expect(try alice.visit().status == 200)
            }
            proxy.clock.advance(bySeconds: 400)
            #expect(try alice.visit("GET", "/", [("Accept", "application/json")]).status == 401)
        }
    }

    @Test("A request every few seconds refreshes once in a quarter of the idle time, and not more often")
    func idleRefreshes() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.sessionIdleSeconds = 400 }) { proxy in
            var alice = try Browser.signedIn(proxy)
            for _ in 0..<40 {
                proxy.clock.advance(bySeconds: 10)
                #expect(try alice.visit().status == 200)
            }
            #expect(proxy.store.count(of: .rotate) == 4)
        }
    }

    @Test("A session ends at its absolute lifetime, however much it is used, and its last tokens end with it")
    func absolute() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.sessionAbsoluteSeconds = 4000 }) { proxy in
            var alice = try Browser.signedIn(proxy)
            for _ in 0..<39 {
                proxy.clock.advance(bySeconds: 100)
                #expect(try alice.visit().status == 200)
            }
            let rotations = proxy.store.count(of: .rotate)
            for _ in 0..<99 {
                proxy.clock.advance(bySeconds: 1)
                #expect(try alice.visit().status == 200)
            }
            #expect(proxy.store.count(of: .rotate) - rotations < 25, "the short last tokens are not renewed each time")
            proxy.clock.advance(bySeconds: 1)
            #expect(try alice.visit().status != 200)
        }
    }

    @Test("A WebSocket token ends with its session's absolute lifetime")
    func webSocket() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.sessionAbsoluteSeconds = 1000 }) { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 400)
            let answer = try alice.request(
                "POST", "/.sallyport/websocket-token", [("Sec-Fetch-Site", "same-origin")])
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""expires_in":600"#), "\(answer.text)")
        }
    }

    @Test("Signing in once more than may be ends the oldest session in every loop, and the audit log says why")
    func limit() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.maxSessionsPerUser = 2 }) { proxy in
            let first = try Browser.signedIn(proxy)
            #expect(try first.request().status == 200)
            proxy.clock.advance(bySeconds: 1)
            let second = try Browser.signedIn(proxy)
            let other = try Browser.signedIn(proxy, as: "bob")
            proxy.clock.advance(bySeconds: 1)
            let third = try Browser.signedIn(proxy)
            #expect(try first.request("GET", "/", [("Accept", "application/json")]).status == 401)
            for browser in [second, third, other] { #expect(try browser.request().status == 200) }
            #expect(waitUntil { proxy.auditLog.contains(#""reason":"limit""#) })
            #expect(!proxy.auditLog.contains(#""reason":"replaced""#))
        }
    }

    @Test("Signing in again takes the place of one's own session, not of one on another device")
    func replacing() async throws {
        try await ProxyFixture.run(configure: { $0.tokens.maxSessionsPerUser = 2 }) { proxy in
            let phone = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1)
            var laptop = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1)
            #expect(try laptop.visit("POST", "/login", body: #"{"sub":"alice"}"#).status == 200)
            #expect(try phone.request().status == 200)
            #expect(try laptop.request().status == 200)
            #expect(waitUntil { proxy.auditLog.contains(#""reason":"replaced""#) })
            #expect(!proxy.auditLog.contains(#""reason":"limit""#))
        }
    }
}

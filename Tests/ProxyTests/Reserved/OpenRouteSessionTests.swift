import SallyportTesting
import Testing

/// ATTACKS.md row 16 on routes that verify nothing: a sign-out there ends the session, and signing in again replaces it.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(1)))
struct OpenRouteSessionTests {
    /// An application that signs out on `/login/out`, which no token is needed for.
    private func run(_ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                let isOut = exchange.request.target.hasPrefix("/login/out")
                try exchange.perform(
                    isOut
                        ? .response(200, [("Sallyport-End-Session", "session")], body: "bye") : .echo(exchange.request))
            }, body)
    }

    @Test("A sign-out on a route without authentication ends the session that the cookies name")
    func signOut() async throws {
        try await run { proxy in
            let alice = try Browser.signedIn(proxy)
            var leaving = alice
            #expect(try leaving.visit("GET", "/login/out").status == 200)
            // The cookies of before, played again.
            #expect(try alice.request("GET", "/").status == 401)
            #expect(waitUntil { proxy.auditLog.contains("session.ended") })
        }
    }

    @Test("Another client that has copied a cookie cannot sign its owner out")
    func copiedCookie() async throws {
        try await run { proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try proxy.client()
            let cookie = "\(ProxyFixture.accessCookie)=\(alice.access ?? "")"
            let fields = [("Cookie", cookie), ("User-Agent", "somebody else")]
            #expect(try client.exchange("GET", "/login/out", fields).status == 200)
            #expect(try alice.request("GET", "/").status == 200)
        }
    }

    @Test("Signing in again on a route without authentication ends the session before")
    func signInAgain() async throws {
        try await run { proxy in
            let before = try Browser.signedIn(proxy)
            var again = before
            #expect(try again.visit("POST", "/login", body: #"{"sub":"alice"}"#).status == 200)
            #expect(try before.request("GET", "/").status == 401)
            #expect(try again.request("GET", "/").status == 200)
        }
    }
}

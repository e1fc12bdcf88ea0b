import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

@Suite("POST logout")
struct LogoutEndpointTests {
    static let request = ReservedRequest.test("POST", "logout")

    @Test("It ends the session and deletes both cookies, and the old ones are dead")
    func ends() async throws {
        let desk = try Desk()
        let (tokens, other) = (try await desk.session(), try await desk.session())
        let answer = try await desk.answer(Self.request.cookies(tokens))
        #expect(answer.status == 204)
        #expect(answer.cookieChange == "cleared")
        #expect(await !desk.lives(tokens))
        #expect(await desk.lives(other))
        await #expect(throws: TokenError.revoked) {
            try await desk.manager.rotate(tokens.refreshToken, client: Desk.client)
        }
        #expect(try desk.events() == ["session.ended"])
        let line = try #require(try desk.auditLines().first)
        #expect(line["reason"] as? String == "logout" && line["sid"] as? String == tokens.session)
        #expect(line["sub"] as? String == "alice")
    }

    @Test("Cookies are deleted whether a session lived or not, and nothing is audited then")
    func twice() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        _ = try await desk.answer(Self.request.cookies(tokens))
        for request in [Self.request.cookies(tokens), Self.request, Self.request.refreshCookie("garbage")] {
            let answer = try await desk.answer(request)
            #expect(answer.status == 204)
            #expect(answer.cookieChange == "cleared")
        }
        #expect(try desk.events() == ["session.ended"])
    }

    @Test("An expired access token, a bearer token and a refresh token each name their session")
    func otherCredentials() async throws {
        let desk = try Desk()
        let sessions = [try await desk.session(), try await desk.session(), try await desk.session()]
        desk.clock.advance(bySeconds: 1801)
        #expect(try await desk.answer(Self.request.bearer(sessions[0].accessToken)).status == 204)
        #expect(try await desk.answer(Self.request.bearer(sessions[1].refreshToken)).status == 204)
        #expect(try await desk.answer(Self.request.refreshCookie(sessions[2].refreshToken)).status == 204)
        for tokens in sessions {
            await #expect(throws: TokenError.revoked) {
                try await desk.manager.rotate(tokens.refreshToken, client: Desk.client)
            }
        }
    }

    @Test("All sessions that a request names end, for its cookies go in any case")
    func several() async throws {
        let desk = try Desk()
        let (one, two) = (try await desk.session(), try await desk.session("bob"))
        _ = try await desk.answer(Self.request.cookies(one).bearer(two.accessToken))
        #expect(await !desk.lives(one))
        #expect(await !desk.lives(two))
        #expect(try desk.events() == ["session.ended", "session.ended"])
    }

    @Test("A token of another client, a forged one and a WebSocket token end nothing")
    func strangers() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let websocket = try await desk.manager.createWebSocketToken(
            ["sub": "alice"], client: Desk.client, session: tokens.session)
        for request in [
            Self.request.cookies(tokens).from(Desk.stranger),
            Self.request.bearer(tokens.accessToken.dropLast(6) + "AAAAAA"),
            Self.request.bearer(websocket.text),
        ] {
            #expect(try await desk.answer(request).status == 204)
        }
        #expect(await desk.lives(tokens))
        #expect(desk.store.count(of: .end) == 0)
        #expect(try Set(desk.events()) == ["binding.mismatch"])
    }

    @Test("A store that cannot answer is 503, and no cookie goes")
    func storeDown() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        desk.store.set(.fails(.unreachable))
        let answer = try await desk.answer(Self.request.cookies(tokens))
        #expect(answer.status == 503)
        #expect(answer.field("Retry-After") == "1")
        #expect(answer.cookieChange == "unchanged")
        #expect(try desk.events() == [])
        desk.store.set(.works)
        #expect(await desk.lives(tokens))
    }

    @Test("Credentials that differ end nothing, and the cookies go")
    func ambiguous() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        var request = Self.request.cookies(tokens)
        request.isAmbiguous = true
        let answer = try await desk.answer(request)
        #expect(answer.status == 400)
        #expect(try answer.code == "credentials_ambiguous")
        #expect(answer.cookieChange == "cleared")
        #expect(await desk.lives(tokens))
    }

    @Test(
        "An allowed return_to is a redirection",
        arguments: [
            ("application/json", #"{"return_to":"/bye?x=1"}"#),
            ("application/x-www-form-urlencoded", "return_to=%2Fbye%3Fx%3D1"),
        ])
    func returns(type: String, body: String) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(Self.request.cookies(tokens).body(body, type))
        #expect(answer.status == 303)
        #expect(answer.field("Location") == "/bye?x=1")
        #expect(answer.cookieChange == "cleared")
        #expect(await !desk.lives(tokens))
    }

    @Test(
        "Any other return_to, and a body that cannot be read, signs out all the same, without a redirection",
        arguments: [
            ("application/json", #"{"return_to":"//evil.example"}"#),
            ("application/json", #"{"return_to":"https://evil.example/"}"#),
            ("application/json", #"{"return_to":7}"#), ("application/json", "{"), ("text/plain", "/bye"),
            ("application/x-www-form-urlencoded", "return_to=/%2509/evil.example%0d"),
            ("application/x-www-form-urlencoded", "return_to=%2F%2Fevil.example"),
            ("application/x-www-form-urlencoded", "return_to=%2F%255cevil.example"),
            ("application/x-www-form-urlencoded", "return_to=/a&return_to=/b"),
            ("application/x-www-form-urlencoded", "a=b"),
        ])
    func refusesReturn(type: String, body: String) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(Self.request.cookies(tokens).body(body, type))
        #expect(answer.status == 204)
        #expect(answer.field("Location") == nil)
        #expect(answer.cookieChange == "cleared")
        #expect(await !desk.lives(tokens))
    }
}

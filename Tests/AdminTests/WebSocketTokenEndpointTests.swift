import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

@Suite("POST websocket-token")
struct WebSocketTokenEndpointTests {
    static let request = ReservedRequest.test("POST", "websocket-token")

    @Test("It gives a WebSocket token with the caller's claims in the same session, and ends with it")
    func issues() async throws {
        let desk = try Desk()
        let tokens = try await desk.session("alice", ["roles": ["admin"], "team": ["name": "blue"]])
        let answer = try await desk.answer(Self.request.cookies(tokens))
        #expect(answer.status == 200)
        #expect(try answer.object["expires_in"]?.integer == 1800)
        let text = try #require(try answer.object["token"]?.string)
        let token = try await desk.manager.verifyWebSocketToken(text, client: Desk.client)
        #expect(token.subject == "alice" && token.session == tokens.session)
        #expect(token.claims["roles"] == ["admin"] && token.claims["team"]?["name"]?.string == "blue")
        #expect(token.identifier != tokens.access.identifier)
        await #expect(throws: TokenError.binding) {
            try await desk.manager.verifyWebSocketToken(text, client: Desk.stranger)
        }
        _ = try await desk.manager.endSession(tokens.session)
        await #expect(throws: TokenError.revoked) {
            try await desk.manager.verifyWebSocketToken(text, client: Desk.client)
        }
    }

    @Test("A token that stands for itself gets one that ends with it")
    func standalone() async throws {
        let desk = try Desk()
        let access = try await desk.manager.createAccessToken(["sub": "alice", "x": 1], client: Desk.client)
        let answer = try await desk.answer(Self.request.bearer(access.text))
        #expect(answer.status == 200)
        let text = try #require(try answer.object["token"]?.string)
        #expect(try await desk.manager.verifyWebSocketToken(text, client: Desk.client).claims["x"] == 1)
        _ = try await desk.manager.endSession(access.verified.session)
        await #expect(throws: TokenError.revoked) {
            try await desk.manager.verifyWebSocketToken(text, client: Desk.client)
        }
    }

    @Test("Without an identity it is refused")
    func refuses() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        for (request, code) in [
            (Self.request, "token_missing"), (Self.request.bearer(tokens.refreshToken), "token_type"),
            (Self.request.cookies(tokens).from(Desk.stranger), "binding_mismatch"),
        ] {
            let answer = try await desk.answer(request)
            #expect(answer.status == 401)
            #expect(try answer.code == code)
        }
    }

    @Test("A session that ended a moment ago gets none; a store that cannot answer is 503")
    func late() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        var request = Self.request.cookies(tokens)
        request.identity = tokens.access
        desk.store.set(.fails(.unreachable))
        #expect(await desk.router.answer(request, desk.services).status == 503)
        desk.store.set(.works)
        _ = try await desk.manager.endSession(tokens.session)
        let answer = await desk.router.answer(request, desk.services)
        #expect(answer.status == 401)
        #expect(try answer.code == "token_revoked")
    }
}

import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

@Suite("POST logout-everywhere")
struct LogoutEverywhereEndpointTests {
    static let request = ReservedRequest.test("POST", "logout-everywhere")

    @Test("It ends all sessions of the user and nobody else's, each with its audit event")
    func ends() async throws {
        let desk = try Desk()
        let (one, two, other) = (try await desk.session(), try await desk.session(), try await desk.session("bob"))
        let answer = try await desk.answer(Self.request.cookies(one).body(#"{"return_to":"/bye"}"#))
        #expect(answer.status == 303)
        #expect(answer.cookieChange == "cleared")
        #expect(await !desk.lives(one))
        #expect(await !desk.lives(two))
        #expect(await desk.lives(other))
        let lines = try desk.auditLines()
        #expect(lines.map { $0["reason"] as? String } == ["logout_everywhere", "logout_everywhere"])
        #expect(Set(lines.map { $0["sid"] as? String }) == [one.session, two.session])
    }

    @Test("A dead token has no say over other sessions; its cookies go")
    func dead() async throws {
        let desk = try Desk()
        let (ended, living) = (try await desk.session(), try await desk.session())
        _ = try await desk.manager.endSession(ended.session)
        for request in [Self.request.cookies(ended), Self.request, Self.request.cookies(living).from(Desk.stranger)] {
            let answer = try await desk.answer(request)
            #expect(answer.status == 204)
            #expect(answer.cookieChange == "cleared")
        }
        #expect(await desk.lives(living))
    }

    @Test("An expired access token alone ends its own session only")
    func expired() async throws {
        let desk = try Desk()
        let (one, two) = (try await desk.session(), try await desk.session())
        desk.clock.advance(bySeconds: 1801)
        #expect(try await desk.answer(Self.request.bearer(one.accessToken)).status == 204)
        #expect(try await desk.manager.session(one.session) == nil)
        #expect(try await desk.manager.session(two.session) != nil)
    }

    @Test("A token without a record of its session is ended too")
    func standalone() async throws {
        let desk = try Desk()
        let token = try await desk.manager.createAccessToken(["sub": "alice"], client: Desk.client)
        let other = try await desk.session()
        #expect(try await desk.answer(Self.request.bearer(token.text)).status == 204)
        await #expect(throws: TokenError.revoked) {
            try await desk.manager.verifyToken(token.text, expecting: .access, client: Desk.client)
        }
        #expect(await !desk.lives(other))
        #expect(try desk.events().count == 2)
    }

    @Test("A store that cannot answer is 503, and no cookie goes", arguments: [true, false])
    func storeDown(fromTheBeginning: Bool) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        desk.store.set(.fails(.readOnly), for: fromTheBeginning ? nil : [.end])
        let answer = try await desk.answer(Self.request.cookies(tokens))
        #expect(answer.status == 503)
        #expect(answer.cookieChange == "unchanged")
        desk.store.set(.works)
        #expect(await desk.lives(tokens))
    }
}

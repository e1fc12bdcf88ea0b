import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

@Suite("GET session")
struct SessionEndpointTests {
    @Test("It tells user, session, claims and both expiries, and neither fingerprint nor token")
    func identity() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(.test("GET", "session").cookies(tokens))
        #expect(answer.status == 200)
        #expect(answer.contentType == "application/json")
        let object = try answer.object
        #expect(object["authenticated"] == true)
        #expect(object["sub"]?.string == "alice")
        #expect(object["sid"]?.string == tokens.session)
        #expect(object["access_expires_at"]?.integer == desk.clock.now + 1800)
        #expect(object["refresh_expires_at"]?.integer == desk.clock.now + 86_400)
        #expect(object["claims"]?["roles"] == ["admin"])
        #expect(object["claims"]?["sub"]?.string == "alice")
        #expect(object["claims"]?["fp"] == nil)
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(!text.contains(tokens.accessToken) && !text.contains(tokens.refreshToken))
        // The cookie told it: the store was not asked for the session.
        #expect(desk.store.count(of: .list) == 0)
    }

    @Test("Without a refresh cookie the session's record tells when it ends")
    func record() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let request = ReservedRequest.test("GET", "session").bearer(tokens.accessToken)
        #expect(try await desk.answer(request).object["refresh_expires_at"]?.integer == desk.clock.now + 86_400)
        desk.store.set(.fails(.unreachable), for: [.list])
        let failed = try await desk.answer(request)
        #expect(failed.status == 503)
        #expect(failed.field("Retry-After") == "1")
        #expect(try failed.code == "store_unavailable")
    }

    @Test("A refresh cookie of an older generation, of another session or of another client does not tell it")
    func otherCookies() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        desk.clock.advance(bySeconds: 100)
        let newer = try await desk.manager.rotate(tokens.refreshToken, client: Desk.client).tokens
        let other = try await desk.session("bob")
        let strange = try await desk.manager.issueSession(subject: "eve", client: Desk.stranger)
        desk.clock.advance(bySeconds: 50)
        for cookie in [tokens.refreshToken, other.refreshToken, strange.refreshToken, "x.y.z"] {
            let answer = try await desk.answer(
                .test("GET", "session").refreshCookie(cookie).bearer(newer.accessToken))
            #expect(try answer.object["refresh_expires_at"]?.integer == newer.refreshExpiresAt)
        }
    }

    @Test("A token that stands for itself has no refresh expiry")
    func standalone() async throws {
        let desk = try Desk()
        let token = try await desk.manager.createAccessToken(["sub": "alice"], client: Desk.client)
        let answer = try await desk.answer(.test("GET", "session").bearer(token.text))
        #expect(answer.status == 200)
        #expect(try answer.object["refresh_expires_at"] == .null)
    }

    @Test("Without an identity it is the refusal, with its challenge")
    func refusal() async throws {
        let desk = try Desk()
        var request = ReservedRequest.test("GET", "session")
        let missing = try await desk.answer(request)
        #expect(missing.status == 401)
        #expect(try missing.error == "invalid_token")
        #expect(try missing.code == "token_missing")
        #expect(try missing.object["request_id"]?.string == "request-1")
        #expect(missing.field("WWW-Authenticate") == "Bearer realm=\"sallyport\"")
        let tokens = try await desk.session()
        desk.clock.advance(bySeconds: 1801)
        request = request.bearer(tokens.accessToken)
        let expired = try await desk.answer(request)
        #expect(expired.status == 401)
        #expect(try expired.code == "token_expired")
        #expect(expired.field("WWW-Authenticate")?.contains("error=\"invalid_token\"") == true)
        #expect(expired.verdict == .tokenExpired)
        #expect(expired.cookieChange == "unchanged")
    }
}

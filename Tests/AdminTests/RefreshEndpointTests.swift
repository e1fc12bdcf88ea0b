import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

@Suite("POST refresh")
struct RefreshEndpointTests {
    static let form = "application/x-www-form-urlencoded"
    static let request = ReservedRequest.test("POST", "refresh")

    @Test("A refresh cookie is exchanged for new cookies")
    func byCookie() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(Self.request.cookies(tokens))
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        let successor = try #require(answer.setTokens)
        #expect(successor.generation == 2 && successor.session == tokens.session)
        #expect(await desk.lives(successor))
        #expect(try desk.events() == ["token.refreshed"])
        let line = try #require(try desk.auditLines().first)
        #expect(line["sid"] as? String == tokens.session)
        #expect(line["sub"] as? String == "alice")
        #expect(line["client_address"] as? String == "192.0.2.7")
        #expect(line["request_id"] as? String == "request-1")
    }

    @Test("The same cookie many times at once gives one successor")
    func parallel() async throws {
        let desk = try Desk()
        let request = Self.request.cookies(try await desk.session())
        let successors = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await desk.answer(request).setTokens?.refreshToken } }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(successors.count == 1 && successors.first != .some(nil))
        let events = try desk.events()
        #expect(events.count { $0 == "token.refreshed" } == 1)
        #expect(events.count { $0 == "token.refresh_reused_in_grace" } == 49)
    }

    @Test(
        "A refresh token in the body, as JSON or as form, is answered by tokens and no cookies",
        arguments: [
            ("application/json", #"{"refresh_token":"TOKEN"}"#),
            ("Application/JSON; charset=utf-8", #"{"grant_type":"refresh_token","refresh_token":"TOKEN","x":1}"#),
            (form, "refresh_token=TOKEN"), (form + ";charset=UTF-8", "grant_type=refresh_token&refresh_token=TOKEN"),
        ])
    func byBody(type: String, body: String) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let text = body.replacing("TOKEN", with: tokens.refreshToken)
        var request = Self.request.body(text, type)
        request.origin = nil
        let answer = try await desk.answer(request)
        #expect(answer.status == 200)
        #expect(answer.cookieChange == "unchanged")
        let object = try answer.object
        #expect(object["token_type"]?.string == "Bearer")
        #expect(object["expires_in"]?.integer == 1800)
        #expect(object["refresh_expires_in"]?.integer == 86_400)
        let access = try #require(object["access_token"]?.string)
        #expect(try await desk.manager.verifyToken(access, expecting: .access, client: Desk.client).generation == 2)
        #expect(object["refresh_token"]?.string?.isEmpty == false)
    }

    @Test(
        "A body that is not understood is refused, and nothing is exchanged",
        arguments: [
            ("text/plain", "refresh_token=TOKEN", 415, "unsupported_media_type"),
            (nil, "refresh_token=TOKEN", 415, "unsupported_media_type"),
            ("multipart/form-data; boundary=x", "TOKEN", 415, "unsupported_media_type"),
            ("application/jsonp", #"{"refresh_token":"TOKEN"}"#, 415, "unsupported_media_type"),
            ("application/json", #"{"refresh_token":"TOKEN""#, 400, "invalid_request"),
            ("application/json", #"["TOKEN"]"#, 400, "invalid_request"),
            ("application/json", #"{"refresh_token":["TOKEN"]}"#, 400, "invalid_request"),
            ("application/json", #"{"refresh_token":null}"#, 400, "invalid_request"),
            ("application/json", #"{"refresh_token":"TOKEN","refresh_token":"TOKEN"}"#, 400, "invalid_request"),
            (form, "refresh_token=TOKEN&refresh_token=TOKEN", 400, "invalid_request"),
            (form, "refresh_token=TOKEN%", 400, "invalid_request"),
            (form, #"{"refresh_token":"TOKEN"}"#, 400, "invalid_request"),
            ("application/json", "refresh_token=TOKEN", 400, "invalid_request"),
            ("application/json", "{}", 400, "invalid_request"), (form, "a=b", 400, "invalid_request"),
            (form, "grant_type=password&refresh_token=TOKEN", 400, "unsupported_grant_type"),
        ] as [(String?, String, Int, String)])
    func badBody(type: String?, body: String, status: Int, error: String) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(
            Self.request.body(body.replacing("TOKEN", with: tokens.refreshToken), type))
        #expect(answer.status == status)
        #expect(try answer.error == error)
        #expect(desk.store.count(of: .rotate) == 0)
        #expect(!String(decoding: answer.body, as: UTF8.self).contains(tokens.refreshToken))
    }

    @Test("Without any refresh token it is 401")
    func missing() async throws {
        let desk = try Desk()
        for request in [Self.request, .test("POST", "refresh", origin: nil), Self.request.body("", "text/plain")] {
            let answer = try await desk.answer(request)
            #expect(answer.status == 401)
            #expect(try answer.code == "token_missing")
            #expect(answer.field("WWW-Authenticate") == "Bearer realm=\"sallyport\"")
        }
        // The access cookie alone refreshes nothing.
        var request = Self.request.cookies(try await desk.session())
        request.refreshCookie = nil
        #expect(try await desk.answer(request).code == "token_missing")
    }

    @Test("A cookie and another token in the body are two credentials; the same one is answered in both ways")
    func both() async throws {
        let desk = try Desk()
        let (tokens, other) = (try await desk.session(), try await desk.session())
        let body = #"{"refresh_token":"\#(tokens.refreshToken)"}"#
        let refused = try await desk.answer(Self.request.cookies(other).body(body))
        #expect(refused.status == 400)
        #expect(try refused.code == "credentials_ambiguous")
        #expect(desk.store.count(of: .rotate) == 0)
        let answer = try await desk.answer(Self.request.cookies(tokens).body(body))
        #expect(answer.status == 200)
        #expect(try answer.object["refresh_token"]?.string == answer.setTokens?.refreshToken)
        #expect(answer.setTokens != nil)
    }

    @Test("Two cookies that differ are refused")
    func ambiguous() async throws {
        let desk = try Desk()
        var request = Self.request
        request.isAmbiguous = true
        let answer = try await desk.answer(request)
        #expect(answer.status == 400)
        #expect(try answer.code == "credentials_ambiguous")
    }

    /// A session whose first refresh token is stolen goods by now.
    func stolen(_ desk: Desk) async throws -> (old: IssuedTokens, new: IssuedTokens) {
        let old = try await desk.session()
        let new = try await desk.manager.rotate(old.refreshToken, client: Desk.client).tokens
        _ = try await desk.manager.verifyToken(new.accessToken, expecting: .access, client: Desk.client)
        desk.clock.advance(bySeconds: 31)
        return (old, new)
    }

    @Test("A stolen refresh token ends the session, is audited, and its cookies go")
    func reuse() async throws {
        let desk = try Desk()
        let (old, new) = try await stolen(desk)
        let answer = try await desk.answer(Self.request.cookies(old))
        #expect(answer.status == 401)
        #expect(try answer.code == "token_revoked")
        #expect(answer.cookieChange == "cleared")
        #expect(await !desk.lives(new))
        #expect(try desk.events() == ["token.reuse_detected", "session.ended"])
        let lines = try desk.auditLines()
        #expect(lines[0]["gen"] as? Int == 1 && lines[0]["sid"] as? String == old.session)
        #expect(lines[1]["reason"] as? String == "reuse" && lines[1]["sub"] as? String == "alice")
    }

    @Test("The same by body clears no cookie")
    func reuseByBody() async throws {
        let desk = try Desk()
        let (old, new) = try await stolen(desk)
        let answer = try await desk.answer(Self.request.body(#"{"refresh_token":"\#(old.refreshToken)"}"#))
        #expect(answer.status == 401)
        #expect(answer.cookieChange == "unchanged")
        #expect(await !desk.lives(new))
    }

    @Test("Within its grace the old one gives the same successor")
    func grace() async throws {
        let desk = try Desk()
        let old = try await desk.session()
        let first = try await desk.answer(Self.request.cookies(old)).setTokens
        _ = try await desk.manager.verifyToken(#require(first).accessToken, expecting: .access, client: Desk.client)
        desk.clock.advance(bySeconds: 29)
        let again = try await desk.answer(Self.request.cookies(old)).setTokens
        #expect(again?.refreshToken == first?.refreshToken)
        #expect(try desk.events() == ["token.refreshed", "token.refresh_reused_in_grace"])
    }

    @Test("A store that cannot answer is 503, never 401 and never a deleted cookie", arguments: [true, false])
    func storeDown(byCookie: Bool) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        desk.store.set(.fails(.timedOut))
        let request =
            byCookie
            ? Self.request.cookies(tokens) : Self.request.body(#"{"refresh_token":"\#(tokens.refreshToken)"}"#)
        let answer = try await desk.answer(request)
        #expect(answer.status == 503)
        #expect(answer.field("Retry-After") == "1")
        #expect(try answer.code == "store_unavailable")
        #expect(answer.cookieChange == "unchanged")
        desk.store.set(.works)
        #expect(try await desk.answer(request).status == (byCookie ? 204 : 200))
    }

    @Test("A refresh token of another client is refused and audited")
    func binding() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(Self.request.cookies(tokens).from(Desk.stranger))
        #expect(answer.status == 401)
        #expect(try answer.code == "binding_mismatch")
        #expect(answer.cookieChange == "cleared")
        #expect(try desk.events() == ["binding.mismatch"])
        #expect(desk.store.count(of: .rotate) == 0)
        #expect(try await desk.answer(Self.request.cookies(tokens)).status == 204)
    }

    @Test("What is not a living refresh token is refused with its own code, and its cookie goes")
    func useless() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let ended = try await desk.session()
        _ = try await desk.manager.endSession(ended.session)
        let forged = tokens.refreshToken.dropLast(8) + "AAAAAAAA"
        for (token, code) in [
            (tokens.accessToken, "token_type"), (ended.refreshToken, "token_revoked"),
            (String(forged), "token_signature"),
            ("garbage", "token_malformed"),
        ] {
            let answer = try await desk.answer(Self.request.refreshCookie(token))
            #expect(answer.status == 401)
            #expect(try answer.code == code)
            #expect(answer.cookieChange == "refresh cleared")
        }
        desk.clock.advance(bySeconds: 86_400)
        #expect(try await desk.answer(Self.request.cookies(tokens)).code == "token_expired")
    }
}

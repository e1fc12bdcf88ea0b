import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5, the table "What a request gets", row by row.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct OutcomeTableTests {
    @Test("Row 1: a valid access token is forwarded with its claims, from the cookie and from Authorization")
    func valid() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let access = try #require(alice.access)
            let claims = try TokenForge(access)
            for fields in [alice.fields, [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(access)")]] {
                let answer = try proxy.client().exchange("GET", "/orders?id=7", fields)
                #expect(answer.status == 200)
                #expect(answer.setCookies.isEmpty, "nothing was refreshed")
                let request = try #require(proxy.requests.last)
                #expect(request.target == "/orders?id=7")
                #expect(request.fields.all("x-user-id") == ["alice"])
                #expect(request.header("x-user-roles")?.contains("admin") == true)
                #expect(request.header("x-token-id") == claims.text("jti"))
                #expect(!request.fields.contains("authorization"), "the token is not the application's")
                #expect(!request.fields.contains("cookie"), "Sallyport's cookies are not forwarded")
            }
        }
    }

    @Test("The application's own cookies pass, Sallyport's do not")
    func cookies() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            alice.jar["theme"] = "dark"
            #expect(try alice.request().status == 200)
            #expect(proxy.requests.last?.fields.all("cookie") == ["theme=dark"])
        }
    }

    @Test(
        "Row 2: an access token that is absent, expired or about to expire is replaced, and this request goes on",
        arguments: ["absent", "expired", "about to expire"])
    func refresh(access: String) async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let old = try TokenForge(try #require(alice.access))
            switch access {
            case "absent": alice.access = nil
            case "expired": proxy.clock.advance(bySeconds: 1900)
            default: proxy.clock.advance(bySeconds: 1800 - 30)
            }
            let answer = try alice.request("GET", "/orders")
            #expect(answer.status == 200)
            let new = try TokenForge(try #require(answer.newAccess))
            #expect(answer.newRefresh != nil && answer.newRefresh != alice.refresh)
            #expect(new.number("gen") == old.number("gen") + 1)
            #expect(new.text("sid") == old.text("sid"))
            #expect(proxy.requests.last?.header("x-token-id") == new.text("jti"), "the new claims are forwarded")
            for cookie in answer.setCookies {
                #expect(cookie.refusal == nil)
                #expect(cookie.attributes["httponly"] != nil)
                #expect(cookie.attributes["samesite"] == "Lax")
                #expect(cookie.attributes["secure"] != nil)
            }
        }
    }

    @Test("Row 2, neighbour: a token that is not about to expire is left alone")
    func noRefresh() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1800 - 61)
            let answer = try alice.request()
            #expect(answer.status == 200)
            #expect(answer.setCookies.isEmpty)
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test("Row 3: without any credential the answer is 401 token_missing, and the application is not asked")
    func missing() async throws {
        try await ProxyFixture.run { proxy in
            let answer = try proxy.client().exchange("GET", "/orders")
            expectRefusal(answer, "token_missing")
            #expect(answer.deletedCookies.isEmpty, "there is nothing to clear")
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "Row 3: an expired access token without a usable refresh token is refused, and the dead cookies are cleared",
        arguments: ["absent", "expired", "revoked"])
    func refusal(refresh: String) async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let token = try TokenForge(try #require(alice.refresh))
            proxy.clock.advance(bySeconds: 1900)
            switch refresh {
            case "absent": alice.refresh = nil
            case "expired": proxy.clock.advance(bySeconds: 86_400)
            default:
                let name = TokenReference(
                    session: token.text("sid"), type: .refresh, identifier: token.text("jti"))
                #expect(try await proxy.store.revoke(name, now: proxy.clock.now))
            }
            // A browser may still send them: nothing obliges it to forget in time.
            let cookies = [
                alice.access.map { "\(ProxyFixture.accessCookie)=\($0)" },
                alice.refresh.map { "\(ProxyFixture.refreshCookie)=\($0)" },
            ]
            let answer = try proxy.client().exchange(
                "GET", "/orders",
                [("User-Agent", alice.userAgent!), ("Cookie", cookies.compactMap { $0 }.joined(separator: "; "))])
            #expect(answer.status == 401)
            #expect(["token_expired", "token_revoked"].contains(answer.code ?? ""))
            #expect(answer.deletedCookies.contains(ProxyFixture.accessCookie))
            if refresh != "absent" { #expect(answer.deletedCookies.contains(ProxyFixture.refreshCookie)) }
            #expect(answer.newAccess == nil)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("Row 4: a revoked access token is refused though its refresh token is good, and never healed")
    func revoked() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200, "the cache is warm")
            let token = try TokenForge(try #require(alice.access))
            let name = TokenReference(session: token.text("sid"), type: .access, identifier: token.text("jti"))
            #expect(try await proxy.store.revoke(name, now: proxy.clock.now))
            let answer = try alice.request()
            expectRefusal(answer, "token_revoked")
            #expect(answer.newAccess == nil)
            #expect(proxy.store.count(of: .rotate) == 0)
            #expect(proxy.requests.count == 1)
        }
    }

    @Test("Row 5: a token of another type is not refreshed when it has expired either; one of the right type is")
    func expiredType() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let token = try #require(try alice.post("websocket-token").json["token"] as? String)
            proxy.clock.advance(bySeconds: 1900)
            let refresh = try #require(alice.refresh)
            let cookies = "\(ProxyFixture.accessCookie)=\(token); \(ProxyFixture.refreshCookie)=\(refresh)"
            for (path, status) in [("/orders", 401), ("/optional", 401), ("/socket-token-only", 401), ("/socket", 200)]
            {
                let answer = try proxy.client().exchange(
                    "GET", path, [("User-Agent", alice.userAgent!), ("Cookie", cookies)])
                #expect(answer.status == status, "\(path)")
                #expect((answer.newAccess != nil) == (status == 200))
                if path != "/socket-token-only", status == 401 { expectRefusal(answer, "token_type") }
            }
        }
    }

    @Test(
        "Row 5: a token that is malformed, badly signed, of another type or of an unknown key is refused and not refreshed",
        arguments: ["malformed", "signature", "type", "key"])
    func bad(flaw: String) async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.tokens.keys = ["today", "before"].map { name in
                .init(identifier: name, algorithm: "HS256", secret: Array((name + ProxyFixture.secretText).utf8))
            }
        }) { proxy in
            var alice = try Browser.signedIn(proxy)
            var forge = try TokenForge(try #require(alice.access))
            let code: Set<String>
            switch flaw {
            case "malformed": (alice.access, code) = ("garbage", ["token_malformed"])
            case "signature":
                (alice.access, code) = (
                    try forge.signed(with: Array("another secret of 32 bytes......".utf8)), ["token_signature"]
                )
            case "type": (alice.access, code) = (alice.refresh, ["token_type"])
            default:
                forge.header = #"{"alg":"HS256","typ":"JWT","kid":"nobody"}"#
                (alice.access, code) = (try forge.signed(), ["token_key_unknown"])
            }
            let answer = try alice.request()
            #expect(answer.status == 401)
            #expect(code.contains(answer.code ?? ""), "\(answer)")
            #expect(answer.newAccess == nil)
            #expect(answer.deletedCookies.contains(ProxyFixture.accessCookie), "nobody is stuck with it")
            #expect(proxy.store.count(of: .rotate) == 0)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "Row 6: a token from another address or User-Agent is refused with an audit event, and never refreshed",
        arguments: ["address", "user agent", "no user agent"], [true, false])
    func binding(difference: String, isExpired: Bool) async throws {
        try await ProxyFixture.run { proxy in
            var thief = try Browser.signedIn(proxy)
            if isExpired { proxy.clock.advance(bySeconds: 1900) }
            switch difference {
            case "address": thief.source = "127.0.0.2"
            case "user agent": thief.userAgent = "curl/8"
            default: thief.userAgent = nil
            }
            let answer = try thief.request()
            #expect(answer.status == 401)
            #expect(answer.code == "binding_mismatch", "\(answer)")
            #expect(answer.newAccess == nil)
            #expect(proxy.requests.isEmpty)
            #expect(waitUntil { proxy.auditLog.contains("binding.mismatch") })
        }
    }

    @Test("Row 8: two credentials of the same kind that differ are 400; the same one twice is one")
    func ambiguous() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            let agent = ("User-Agent", alice.userAgent!)
            let (mine, his) = (try #require(alice.access), try #require(bob.access))
            let cookie = ProxyFixture.accessCookie
            for fields in [
                [("Authorization", "Bearer \(mine)"), ("Authorization", "Bearer \(his)")],
                [("Cookie", "\(cookie)=\(mine); \(cookie)=\(his)")],
                [("Cookie", "\(cookie)=\(mine)"), ("Cookie", "\(cookie)=\(his)")],
            ] {
                let answer = try proxy.client().exchange("GET", "/", [agent] + fields)
                #expect(answer.status == 400)
                #expect(answer.code == "credentials_ambiguous", "\(answer)")
            }
            #expect(proxy.requests.isEmpty)
            let twice = try proxy.client().exchange(
                "GET", "/", [agent, ("Cookie", "\(cookie)=\(mine); \(cookie)=\(mine)")])
            #expect(twice.status == 200)
        }
    }

    @Test("The first source that holds a credential decides: Authorization before the cookie")
    func order() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            let answer = try alice.request("GET", "/", [("Authorization", "Bearer \(try #require(bob.access))")])
            #expect(answer.echoed["x-user-id"] == "bob")
            expectRefusal(try alice.request("GET", "/", [("Authorization", "Bearer garbage")]), "token_malformed")
        }
    }

    @Test(
        "A refresh cookie of another session than the token in Authorization neither heals it nor is deleted",
        arguments: [1750, 1900], ["/", "/optional"])
    func foreignRefreshCookie(seconds: Int64, target: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            proxy.clock.advance(bySeconds: seconds)
            let bearer = ("Authorization", "Bearer \(try #require(alice.access))")
            let answer = try bob.request("GET", target, [bearer])
            if seconds < 1800 {
                #expect(answer.echoed["x-user-id"] == "alice", "valid, though a refresh is due: forwarded as it is")
            } else {
                #expect(answer.status == (target == "/" ? 401 : 200))
                #expect(answer.echoed["x-user-id"] == nil)
            }
            #expect(answer.setCookies.isEmpty, "\(answer)")
            #expect(proxy.store.count(of: .rotate) == 0)
            #expect(try bob.request().echoed["x-user-id"] == "bob")
        }
    }

    @Test("Another client's refresh cookie beside a token that a refresh is due for: forwarded, audited, deleted")
    func strangeRefreshCookie() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            var elsewhere = Browser(proxy)
            elsewhere.userAgent = "curl/8"
            #expect(try elsewhere.visit("POST", "/login", body: #"{"sub":"alice"}"#).status == 200)
            alice.refresh = elsewhere.refresh
            proxy.clock.advance(bySeconds: 1750)
            let answer = try alice.request()
            #expect(answer.echoed["x-user-id"] == "alice", "\(answer)")
            #expect(answer.newAccess == nil)
            #expect(answer.deletedCookies == [ProxyFixture.refreshCookie])
            #expect(waitUntil { proxy.auditLog.contains("binding.mismatch") })
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test("Another Authorization scheme is no credential and passes to the application")
    func otherScheme() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/", [("Authorization", "Basic YTpi")])
            #expect(answer.status == 200)
            #expect(answer.echoed["authorization"] == "Basic YTpi")
            #expect(answer.echoed["x-user-id"] == "alice")
            expectRefusal(try proxy.client().exchange("GET", "/", [("Authorization", "Basic YTpi")]), "token_missing")
        }
    }
}

/// A refusal of a request without a browser's marks: RFC 6750 §3 and the body of DESIGN.md §9.
func expectRefusal(
    _ answer: RawResponse, _ code: String, status: Int = 401, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.code == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.header("content-type")?.hasPrefix("application/json") == true, sourceLocation: sourceLocation)
    #expect(answer.json["error"] is String, sourceLocation: sourceLocation)
    #expect(answer.json["message"] is String, sourceLocation: sourceLocation)
    #expect((answer.json["request_id"] as? String)?.isEmpty == false, sourceLocation: sourceLocation)
    if status == 401 {
        #expect(
            answer.header("www-authenticate")?.hasPrefix("Bearer") == true, "RFC 6750 §3",
            sourceLocation: sourceLocation)
    }
}

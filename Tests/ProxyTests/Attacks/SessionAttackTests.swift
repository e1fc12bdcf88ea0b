import Foundation
import SallyportTesting
import Testing
import Tokens

/// ATTACKS.md rows 16, 19, 20, 21 and 26: sessions that should be over, stale claims, leaks, floods, redirects.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SessionAttackTests {
    private static let sameOrigin = ("Sec-Fetch-Site", "same-origin")

    @Test("Row 16: after logout the old cookies open nothing, and the deletion is that of the same cookies")
    func logout() async throws {
        try await ProxyFixture.run { proxy in
            var browser = Browser(proxy)
            let login = try browser.visit("POST", "/login", body: #"{"sub":"alice"}"#)
            let old = browser
            #expect(try old.request().status == 200)
            let logout = try browser.visit("POST", "/.sallyport/logout", [Self.sameOrigin])
            #expect(logout.status == 204)
            #expect(logout.header("cache-control")?.contains("no-store") == true)
            #expect(Set(logout.setCookies.map { $0.scope }) == Set(login.setCookies.map { $0.scope }))
            #expect(logout.setCookies.allSatisfy { $0.isDeletion && $0.refusal == nil })
            #expect(browser.access == nil && browser.refresh == nil)
            expectRefusal(try old.request(), "token_revoked")
            proxy.clock.advance(bySeconds: 1900)
            #expect(try old.request().status == 401)
            var refreshOnly = old
            refreshOnly.access = nil
            #expect(try refreshOnly.request().status == 401)
            #expect(waitUntil { proxy.auditLog.contains("session.ended") })
        }
    }

    @Test("Logout clears cookies whether the session lived or not")
    func deadLogout() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let again = alice
            #expect(try alice.visit("POST", "/.sallyport/logout", [Self.sameOrigin]).status == 204)
            let second = try again.request("POST", "/.sallyport/logout", [Self.sameOrigin])
            #expect(second.status == 204)
            #expect(second.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            #expect(try proxy.client().exchange("POST", "/.sallyport/logout").status == 204)
        }
    }

    @Test("Logout everywhere ends all sessions of the user and nobody else's")
    func everywhere() async throws {
        try await ProxyFixture.run { proxy in
            var first = try Browser.signedIn(proxy)
            let second = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            for browser in [first, second, bob] { #expect(try browser.request().status == 200) }
            let old = first
            #expect(try first.visit("POST", "/.sallyport/logout-everywhere", [Self.sameOrigin]).status == 204)
            expectRefusal(try old.request(), "token_revoked")
            expectRefusal(try second.request(), "token_revoked")
            #expect(try bob.request().status == 200)
        }
    }

    @Test(
        "Another site cannot sign a user out or make tokens",
        arguments: ["logout", "logout-everywhere", "refresh", "websocket-token"])
    func crossSite(endpoint: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for fields in [
                [("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")], [("Origin", "null")],
                [("Sec-Fetch-Site", "same-site")],
            ] {
                let answer = try alice.request("POST", "/.sallyport/\(endpoint)", fields)
                #expect(answer.status == 403, "\(answer)")
                #expect(answer.setCookies.isEmpty)
            }
            #expect(try alice.request("GET", "/.sallyport/\(endpoint)").status == 405)
            #expect(try alice.request().status == 200)
        }
    }

    @Test("Row 19: claims that the application changes reach it from the next refresh on")
    func staleClaims() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                let update = exchange.request.target == "/account/demote"
                try exchange.perform(
                    update
                        ? .response(200, [("Sallyport-Update-Session", #"{"sub":"alice","roles":["guest"]}"#)])
                        : .echo(exchange.request))
            },
            { proxy in
                var alice = try Browser.signedIn(proxy)
                #expect(try alice.request().echoed["x-user-roles"]?.contains("admin") == true)
                let answer = try alice.visit("POST", "/account/demote")
                #expect(answer.status == 200)
                #expect(!answer.fields.contains("sallyport-update-session"))
                proxy.clock.advance(bySeconds: 1900)
                let roles = try alice.visit().echoed["x-user-roles"]
                #expect(roles?.contains("admin") == false)
                #expect(roles?.contains("guest") == true)
            })
    }

    @Test("Row 20: no token, cookie or secret is in any log or error body")
    func secrecy() async throws {
        try await ProxyFixture.run(configure: { $0.logging.level = "trace" }) { proxy in
            var alice = try Browser.signedIn(proxy)
            var secrets = [String(decoding: ProxyFixture.secret, as: UTF8.self)]
            var answers: [RawResponse] = []
            func note(_ browser: Browser) {
                for token in [browser.access, browser.refresh].compactMap({ $0 }) {
                    secrets += token.split(separator: ".").map { String($0) }.filter { $0.count > 40 }
                }
            }
            note(alice)
            answers.append(try alice.request("GET", "/orders?token=canary-in-the-query"))
            var thief = alice
            thief.source = "127.0.0.2"
            answers.append(try thief.request())
            var bad = alice
            bad.access = (alice.access ?? "") + "x"
            answers.append(try bad.request())
            answers.append(try alice.request("GET", "/", [("Authorization", "Bearer canary.in.header")]))
            proxy.clock.advance(bySeconds: 1900)
            answers.append(try alice.visit())
            note(alice)
            proxy.store.set(.fails(.unreachable))
            answers.append(try alice.request("GET", "/new"))
            proxy.store.set(.works)
            answers.append(try alice.request("POST", "/.sallyport/logout", [Self.sameOrigin]))
            proxy.server.stop()
            let logs = proxy.accessLog + proxy.auditLog
            #expect(proxy.accessLog.split(separator: "\n").count >= answers.count, "the access log has its lines")
            secrets += ["canary-in-the-query", "canary.in.header"]
            for secret in secrets {
                #expect(!logs.contains(secret))
                for answer in answers where answer.status >= 400 { #expect(!answer.text.contains(secret)) }
            }
        }
    }

    @Test("Row 21: floods of cookies are refused by number and size, and odd ones do no harm")
    func cookies() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let many = (0..<200).map { "c\($0)=1" }.joined(separator: "; ")
            #expect(try proxy.client().exchange("GET", "/public", [("Cookie", many)]).status == 431)
            let lines = (0..<90).map { ("Cookie", "c\($0)=" + String(repeating: "x", count: 200)) }
            #expect(try proxy.client().exchange("GET", "/public", lines).status == 431)
            let chunks = (0..<60).map { "\(ProxyFixture.accessCookie)_\($0)=x" }.joined(separator: "; ")
            for odd in [
                ";;;;", "=", "=;=", "a", "\(ProxyFixture.accessCookie)", "\(ProxyFixture.accessCookie)=", "a=\"",
                "a=\"b;c\"",
                "\(ProxyFixture.accessCookie)=\"quoted\"", " \(ProxyFixture.accessCookie) = x", "\u{E9}=\u{E9}", chunks,
                String(repeating: "=", count: 5000), String(repeating: "a=;", count: 90),
            ] {
                let answer = try proxy.client().exchange("GET", "/", [("Cookie", odd)])
                #expect([400, 401].contains(answer.status), "\(odd.prefix(40)): \(answer)")
            }
            #expect(try alice.request().status == 200)
        }
    }

    @Test(
        "Row 26: a return address that leaves the host is not followed",
        arguments: [
            "//evil.example", "/\\evil.example", "/%09/evil.example", "/\t/evil.example", "https://evil.example",
            "https://shop.example.evil", "javascript:alert(1)", "\\\\evil.example", "/%5cevil.example",
            "///evil.example",
            "evil.example", "http:evil.example", "/\r\nLocation: //evil", "//shop.example@evil.example",
            " //evil.example",
        ])
    func redirect(target: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var allowed = CharacterSet.alphanumerics
            allowed.insert("-")
            let value = try #require(target.addingPercentEncoding(withAllowedCharacters: allowed))
            let answer = try alice.request(
                "POST", "/.sallyport/logout", [Self.sameOrigin, ("Content-Type", "application/x-www-form-urlencoded")],
                body: "return_to=\(value)")
            let location = answer.header("location") ?? ""
            #expect(!location.contains("evil"), "\(answer)")
            #expect(!answer.fields.contains("location") || location.hasPrefix("/"))
            #expect(answer.deletedCookies.count == 2 || answer.status == 400)
        }
    }

    @Test("Row 26, neighbour: a path of this host is followed with 303")
    func goodRedirect() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request(
                "POST", "/.sallyport/logout", [Self.sameOrigin, ("Content-Type", "application/x-www-form-urlencoded")],
                body: "return_to=%2Fgoodbye%3Fx%3D1")
            #expect(answer.status == 303)
            #expect(answer.header("location") == "/goodbye?x=1")
            #expect(answer.deletedCookies.count == 2)
        }
    }

    @Test("Row 26: the login page is told no place on another host")
    func loginRedirect() async throws {
        try await ProxyFixture.run { proxy in
            for target in [
                "//evil.example/", "/\\evil.example", "/x?return_to=//evil.example", "http://evil.example/x",
            ] {
                let answer = try proxy.client().exchange("GET", target, [("Sec-Fetch-Mode", "navigate")])
                #expect([303, 400].contains(answer.status), "\(answer)")
                if let location = answer.header("location") {
                    #expect(location == "/login" || location.hasPrefix("/login?"))
                    #expect(!location.contains("//"))
                }
            }
        }
    }

    @Test("Signing in again makes a new session: an old one is never taken over")
    func fixation() async throws {
        try await ProxyFixture.run { proxy in
            var victim = try Browser.signedIn(proxy, as: "mallory")
            let planted = try TokenForge(try #require(victim.access)).text("sid")
            let answer = try victim.visit("POST", "/login", body: #"{"sub":"alice"}"#)
            #expect(answer.status == 200)
            let claims = try TokenForge(try #require(victim.access))
            #expect(claims.text("sid") != planted)
            #expect(claims.text("sub") == "alice")
        }
    }
}

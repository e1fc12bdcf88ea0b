import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": `POST logout` and `POST logout-everywhere`; ATTACKS.md rows 16 and 26.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct LogoutTests {
    static let form = [("Content-Type", "application/x-www-form-urlencoded")]

    @Test("After a logout the old cookies are dead, and their deletion has the exact attributes of the cookies")
    func row16() async throws {
        try await ProxyFixture.run { proxy in
            var alice = Browser(proxy)
            let login = try alice.visit("POST", "/login", body: #"{"sub":"alice"}"#)
            let old = alice
            #expect(try old.request().status == 200)
            let answer = try alice.post("logout")
            #expect(answer.status == 204)
            #expect(answer.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            #expect(Set(answer.setCookies.map { $0.scope }) == Set(login.setCookies.map { $0.scope }))
            for cookie in answer.setCookies {
                let set = try #require(login.setCookies.first { $0.name == cookie.name })
                for name in ["path", "domain", "secure", "httponly", "samesite"] {
                    #expect(cookie.attributes[name] == set.attributes[name], "\(name)")
                }
            }
            #expect(alice.jar.names.isEmpty)
            let replayed = try old.request()
            #expect(replayed.status == 401 && replayed.code == "token_revoked")
            var thief = old
            thief.access = nil
            #expect(try thief.request().status == 401)
            #expect(waitUntil { proxy.auditLog.contains(#""reason":"logout""#) })
        }
    }

    @Test(
        "It is 204 with deleted cookies also for nobody, an ended session and an expired token, which ends its session")
    func whetherItLivedOrNot() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let old = alice
            proxy.clock.advance(bySeconds: 1900)
            alice.refresh = nil
            // As a browser whose clock is slow still sends it.
            alice.access = old.access
            #expect(try alice.post("logout").status == 204)
            #expect(try old.request().status == 401)
            for var browser in [old, Browser(proxy)] {
                let answer = try browser.post("logout")
                #expect(answer.status == 204)
                #expect(answer.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            }
        }
    }

    @Test("A bearer token signs out without an origin; one of another client does not")
    func bearer() async throws {
        try await ProxyFixture.run { proxy in
            let login = try proxy.client().exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            let fields = [("Authorization", "Bearer \(login.json["access_token"] as? String ?? "")")]
            let thief = try proxy.client(from: "127.0.0.9").exchange("POST", "/.sallyport/logout", fields)
            #expect(thief.status == 204)
            #expect(try proxy.client().exchange("GET", "/", fields).status == 200)
            #expect(try proxy.client().exchange("POST", "/.sallyport/logout", fields).status == 204)
            #expect(try proxy.client().exchange("GET", "/", fields).code == "token_revoked")
        }
    }

    @Test("An allowed return_to is a 303 to it")
    func returns() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let answer = try alice.post("logout", Self.form, body: "return_to=%2Fbye%3Ffrom%3Dshop")
            #expect(answer.status == 303)
            #expect(answer.header("location") == "/bye?from=shop")
            #expect(answer.deletedCookies.count == 2)
        }
    }

    @Test(
        "A return_to that could be another host is no redirection, and signs out all the same",
        arguments: [
            "//evil.example", "/\\evil.example", "/%09/evil.example", "/%5cevil.example", "https://evil.example/",
            "https://shop.example.evil.example/", "/\t/evil.example", "/x\r\nLocation: https://evil.example", "evil",
        ])
    func row26(target: String) async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let old = alice
            let escaped = target.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let answer = try alice.post("logout", Self.form, body: "return_to=\(escaped)")
            #expect(answer.status == 204)
            #expect(answer.header("location") == nil)
            #expect(try old.request().status == 401)
        }
    }

    @Test("A store that is down is 503, deletes no cookie, and the session lives on")
    func storeDown() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.store.set(.fails(.unreachable))
            for endpoint in ["logout", "logout-everywhere"] {
                let answer = try alice.post(endpoint)
                #expect(answer.status == 503 && answer.setCookies.isEmpty)
                #expect(answer.header("retry-after") == "1")
            }
            proxy.store.set(.works)
            #expect(try alice.request().status == 200)
            #expect(try alice.post("logout").status == 204)
        }
    }

    @Test("A logout everywhere ends all of the user's sessions on all loops, and nobody else's")
    func everywhere() async throws {
        try await ProxyFixture.run(configure: { $0.workers = 2 }) { proxy in
            var alice = try Browser.signedIn(proxy)
            let phone = try Browser.signedIn(proxy, from: "127.0.0.5")
            let bob = try Browser.signedIn(proxy, as: "bob")
            // Every loop knows them by now.
            for _ in 0..<8 { #expect(try phone.request().status == 200) }
            let old = alice
            let answer = try alice.post("logout-everywhere")
            #expect(answer.status == 204)
            #expect(answer.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            for browser in [old, phone] {
                #expect(try waitUntil { try browser.request().status == 401 })
                for _ in 0..<4 { #expect(try browser.request().status == 401) }
            }
            #expect(try bob.request().status == 200)
            #expect(waitUntil { proxy.auditLog.components(separatedBy: #""reason":"logout_everywhere""#).count == 3 })
        }
    }

    @Test("With an expired access token and a living refresh cookie it works too; a dead one has no say")
    func everywhereExpired() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let phone = try Browser.signedIn(proxy, from: "127.0.0.5")
            var dead = alice
            proxy.clock.advance(bySeconds: 1900)
            #expect(try alice.post("logout").status == 204)
            #expect(try dead.post("logout-everywhere").status == 204)
            #expect(try phone.request().status == 200)
            alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            #expect(try alice.post("logout-everywhere").status == 204)
            #expect(try phone.request().status == 401)
            #expect(alice.jar.names.isEmpty)
        }
    }
}

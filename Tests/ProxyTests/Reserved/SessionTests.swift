import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": `GET session` and what holds for the whole path.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SessionTests {
    @Test("A page learns who is signed in, without a token and without a cache")
    func identity() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/.sallyport/session")
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.header("cache-control") == "no-store")
            #expect(answer.json["authenticated"] as? Bool == true)
            #expect(answer.json["sub"] as? String == "alice")
            #expect(try answer.json["sid"] as? String == TokenForge(#require(alice.access)).text("sid"))
            #expect((answer.json["claims"] as? [String: Any])?["roles"] as? [String] == ["admin", "staff"])
            #expect((answer.json["access_expires_at"] as? Int).map(Int64.init) == proxy.clock.now + 1800)
            #expect((answer.json["refresh_expires_at"] as? Int).map(Int64.init) == proxy.clock.now + 86_400)
            #expect(answer.setCookies.isEmpty)
            #expect(!answer.text.contains(try #require(alice.access)))
            let head = try alice.request("HEAD", "/.sallyport/session")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.header("content-length") == String(answer.body.count))
        }
    }

    @Test("An expired access token is refreshed on the way, and the newest expiries are told")
    func refreshes() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let answer = try alice.visit("GET", "/.sallyport/session")
            #expect(answer.status == 200)
            #expect((answer.json["access_expires_at"] as? Int).map(Int64.init) == proxy.clock.now + 1800)
            #expect((answer.json["refresh_expires_at"] as? Int).map(Int64.init) == proxy.clock.now + 86_400)
            #expect(answer.newAccess != nil && answer.newRefresh != nil)
            #expect(try alice.request().status == 200)
        }
    }

    @Test("Nobody, an expired token, a revoked session and a store that is down are each told as what they are")
    func refusals() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let nobody = try Browser(proxy).request("GET", "/.sallyport/session", [("Accept", "text/html")])
            #expect(nobody.status == 401 && nobody.code == "token_missing")
            #expect(nobody.header("www-authenticate") == "Bearer realm=\"sallyport\"")
            #expect(nobody.json["request_id"] as? String != nil)
            #expect(nobody.header("cache-control") == "no-store")
            proxy.store.set(.fails(.unreachable))
            let down = try Browser(proxy).request("GET", "/.sallyport/session", alice.fields)
            #expect(down.status == 503 && down.code == "store_unavailable" && down.setCookies.isEmpty)
            #expect(down.header("retry-after") == "1")
            proxy.store.set(.works)
            let (access, refresh) = (alice.access, alice.refresh)
            alice.refresh = nil
            proxy.clock.advance(bySeconds: 1900)
            // As a browser whose clock is slow still sends it.
            alice.access = access
            let expired = try alice.request("GET", "/.sallyport/session")
            #expect(expired.status == 401 && expired.code == "token_expired")
            #expect(expired.deletedCookies == [ProxyFixture.accessCookie])
            alice.refresh = refresh
            #expect(try alice.post("logout").status == 204)
            (alice.access, alice.refresh) = (nil, refresh)
            let revoked = try alice.request("GET", "/.sallyport/session")
            #expect(revoked.status == 401 && revoked.code == "token_revoked")
        }
    }

    @Test("Nothing below the reserved path ever reaches the application, however it is spelled")
    func reserved() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for (target, status) in [
                ("/.sallyport", 404), ("/.sallyport/", 404), ("/.sallyport/nothing", 404),
                ("/.sallyport/session/", 404),
                ("/.sallyport/session;a=b", 404), ("/%2esallyport/session", 200), ("//.sallyport//session", 200),
                ("/public/../.sallyport/session?x=1", 200), ("/.sallyport/x/../session", 200),
                ("/.sallyport;a/session", 404), ("/.sallyport/jwks.json", 200), ("/.sallyport/jwks", 404),
                ("/.sallyport/metrics", 404),
            ] {
                let answer = try alice.request("GET", target)
                #expect(answer.status == status, "\(target)")
            }
            #expect(try alice.request("GET", "/.sallyport/../public").status == 200)
            #expect(proxy.requests.map { $0.target } == ["/public"])
        }
    }

    @Test("A wrong method is 405 and says which are right; the connection goes on")
    func methods() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let wrong = try client.exchange("POST", "/.sallyport/session", [], body: "x")
            #expect(wrong.status == 405 && wrong.header("allow") == "GET, HEAD")
            #expect(wrong.json["error"] as? String == "method_not_allowed")
            let other = try client.exchange("GET", "/.sallyport/logout")
            #expect(other.status == 405 && other.header("allow") == "POST")
            #expect(try client.exchange("GET", "/.sallyport/health", [], body: "ignored").status == 200)
        }
    }

    @Test("Two access cookies that differ are refused, whoever is first")
    func ambiguous() async throws {
        try await ProxyFixture.run { proxy in
            let (alice, bob) = (try Browser.signedIn(proxy), try Browser.signedIn(proxy, as: "bob"))
            let both =
                "\(ProxyFixture.accessCookie)=\(alice.access ?? ""); \(ProxyFixture.accessCookie)=\(bob.access ?? "")"
            for (method, endpoint) in [
                ("GET", "session"), ("POST", "websocket-token"), ("POST", "logout"), ("POST", "logout-everywhere"),
            ] {
                let answer = try proxy.client().exchange(
                    method, "/.sallyport/\(endpoint)", Browser.ownPage + [("Cookie", both)])
                #expect(answer.status == 400 && answer.code == "credentials_ambiguous", "\(endpoint)")
            }
            #expect(try alice.request().status == 200)
            #expect(try bob.request().status == 200)
        }
    }

    @Test("A malformed or forged access token is refused, and never healed by the refresh cookie")
    func malformed() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for (token, code) in [
                ("a token", "token_malformed"), ("x.y.z", "token_malformed"), ("", "token_malformed"),
            ] {
                let fields = alice.fields + [("Authorization", "Bearer \(token)")]
                let answer = try proxy.client().exchange("GET", "/.sallyport/session", fields)
                #expect(answer.status == 401 && answer.code == code, "\(token)")
            }
            var forged = alice
            forged.access = (alice.access ?? "").dropLast(6) + "AAAAAA"
            let answer = try forged.request("GET", "/.sallyport/session")
            #expect(answer.status == 401 && answer.code == "token_signature")
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test("No token appears in a log")
    func canary() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            var tokens = [alice.access, alice.refresh]
            _ = try alice.request("GET", "/.sallyport/session?token=\(alice.access ?? "")")
            _ = try alice.post("refresh")
            tokens += [alice.access, alice.refresh]
            let body = #"{"refresh_token":"\#(alice.refresh ?? "")","x":"#
            _ = try alice.post("refresh", [("Content-Type", "application/json")], body: body)
            _ = try alice.post("logout", [("Content-Type", "text/plain")], body: alice.refresh)
            #expect(waitUntil { proxy.accessLog.contains("/.sallyport/logout") && proxy.auditLog.contains("logout") })
            for case let token? in tokens {
                // Without the signature a token is of no use; its payload alone has no business in a log either.
                let payload = String(token.split(separator: ".")[1])
                #expect(!proxy.accessLog.contains(payload) && !proxy.auditLog.contains(payload))
            }
        }
    }
}

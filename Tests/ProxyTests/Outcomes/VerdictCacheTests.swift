import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §4, "Near cache", and `stale_ok_seconds`: what a loop may remember, and when it must forget.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct VerdictCacheTests {
    private func reference(_ token: String?) throws -> TokenReference {
        let claims = try TokenForge(try #require(token))
        return TokenReference(session: claims.text("sid"), type: .access, identifier: claims.text("jti"))
    }

    @Test("A known token asks the store no more, from whichever source and on whichever route it comes")
    func hit() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200)
            let asked = proxy.store.count(of: .verdict)
            for path in ["/", "/optional", "/socket"] { #expect(try alice.request("GET", path).status == 200) }
            let bearer = ("Authorization", "Bearer \(try #require(alice.access))")
            #expect(
                try proxy.client().exchange("GET", "/", [("User-Agent", alice.userAgent!), bearer]).status == 200)
            #expect(proxy.store.count(of: .verdict) == asked)
        }
    }

    @Test("A revocation elsewhere reaches every loop, though their caches are warm")
    func revocation() async throws {
        try await ProxyFixture.run(configure: { $0.workers = 3 }) { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            for _ in 0..<20 { #expect(try alice.request().status == 200) }
            #expect(try await proxy.store.revoke(try reference(alice.access), now: proxy.clock.now))
            for _ in 0..<20 { expectRefusal(try alice.request(), "token_revoked") }
            #expect(try bob.request().status == 200)
        }
    }

    @Test("A verdict whose revocation arrives while it is being read is not remembered")
    func overtaken() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.store.set(.holdsAnswers, for: [.verdict])
            let first = try proxy.client()
            try first.send(alice.bytes())
            #expect(waitUntil { proxy.store.hanging == 1 })
            #expect(try await proxy.store.revoke(try reference(alice.access), now: proxy.clock.now))
            proxy.store.release()
            let status = try first.response().status
            #expect(status == 200 || status == 401, "it was good when it was asked for")
            expectRefusal(try alice.request(), "token_revoked")
        }
    }

    @Test("When announcements were lost everything is asked anew, and answered as before")
    func lostAnnouncements() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200)
            let asked = proxy.store.count(of: .verdict)
            proxy.store.announce(.everything)
            var statuses: Set<Int> = []
            let isAsked = try waitUntil {
                statuses.insert(try alice.request().status)
                return proxy.store.count(of: .verdict) > asked
            }
            #expect(isAsked)
            #expect(statuses == [200])
        }
    }

    @Test("When announcements were lost and the store is down, nothing known serves, unless the route allows it")
    func lostAndDown() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(ProxyFixture.route("/lenient", .required) { $0.staleOKSeconds = 60 })
        }) { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            #expect(try alice.request().status == 200)
            proxy.store.set(.fails(.unreachable))
            proxy.store.announce(.everything)
            #expect(try waitUntil { try alice.request().status == 503 })
            #expect(try alice.request("GET", "/lenient").status == 200)
            #expect(try bob.request("GET", "/lenient").status == 503, "nobody knows him")
            proxy.clock.advance(bySeconds: 60)
            #expect(try alice.request("GET", "/lenient").status == 200)
            proxy.clock.advance(bySeconds: 1)
            #expect(try alice.request("GET", "/lenient").status == 503)
            proxy.store.set(.works)
            #expect(try alice.request().status == 200)
        }
    }

    @Test("A revoked token is never served as stale")
    func revokedIsNotStale() async throws {
        try await ProxyFixture.run(configure: { configuration in
            for index in configuration.routes.indices { configuration.routes[index].staleOKSeconds = 600 }
        }) { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200)
            #expect(try await proxy.store.revoke(try reference(alice.access), now: proxy.clock.now))
            expectRefusal(try alice.request(), "token_revoked")
            proxy.store.set(.fails(.unreachable))
            #expect([401, 503].contains(try alice.request().status))
        }
    }

    @Test("A rotation whose answer is lost on the way from the store is repeated: one successor, nobody signed out")
    func lostRotation() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            proxy.store.set(.losesAnswers(.timedOut), for: [.rotate])
            let failed = try alice.visit()
            #expect(failed.status == 503)
            #expect(failed.setCookies.isEmpty)
            proxy.store.set(.works)
            let answer = try alice.visit()
            #expect(answer.status == 200)
            #expect(try TokenForge(try #require(answer.newAccess)).number("gen") == 2)
            #expect(try alice.visit().status == 200)
        }
    }

    @Test("More tokens than the cache holds are verified all the same")
    func eviction() async throws {
        try await ProxyFixture.run(configure: { $0.limits.verifiedTokens = 16 }) { proxy in
            let browsers = try (0..<40).map { try Browser.signedIn(proxy, as: "user-\($0)") }
            for _ in 0..<2 {
                for (index, browser) in browsers.enumerated() {
                    #expect(try browser.request().echoed["x-user-id"] == "user-\(index)")
                }
            }
        }
    }
}

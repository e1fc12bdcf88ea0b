import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5, row 7: an unreachable store is 503 with Retry-After; never 401, never a cleared cookie, never a
/// forwarded request.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct StoreFailureTests {
    private static let kinds: [TokenStoreError.Kind] = [.unreachable, .timedOut, .readOnly, .notPermitted, .corrupt]

    @Test("Row 7: a failing store is 503 on first sight of a token, and all is well when it is back", arguments: kinds)
    func firstSight(kind: TokenStoreError.Kind) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.store.set(.fails(kind))
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                expectUnavailable(try alice.request(method, "/", body: method == "GET" ? nil : "x"))
            }
            #expect(proxy.requests.isEmpty)
            proxy.store.set(.works)
            #expect(try alice.request().status == 200)
        }
    }

    @Test("Row 7: a failing store is 503 when a token should be refreshed, and no session is lost", arguments: kinds)
    func refresh(kind: TokenStoreError.Kind) async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            proxy.store.set(.fails(kind))
            expectUnavailable(try alice.request())
            #expect(proxy.requests.isEmpty)
            proxy.store.set(.works)
            #expect(try alice.visit().status == 200)
            #expect(try alice.visit().status == 200)
        }
    }

    @Test("A token about to expire goes on as it is while the store cannot refresh it")
    func aheadOfExpiry() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200)
            proxy.clock.advance(bySeconds: 1800 - 30)
            proxy.store.set(.fails(.unreachable), for: [.rotate])
            let answer = try alice.request()
            #expect(answer.status == 200, "it is valid still, and its verdict is known")
            #expect(answer.setCookies.isEmpty)
        }
    }

    @Test("Row 7 holds on an optional route too: nobody becomes anonymous because a store fails")
    func optional() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.store.set(.fails(.unreachable))
            expectUnavailable(try alice.request("GET", "/optional"))
            #expect(try proxy.client().exchange("GET", "/optional").status == 200, "who brings no token asks no store")
            #expect(try alice.request("GET", "/public").status == 200)
        }
    }

    @Test("A navigation gets 503 too, and no redirect to the login page")
    func navigation() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.store.set(.fails(.timedOut))
            let answer = try alice.request("GET", "/", [("Sec-Fetch-Mode", "navigate"), ("Accept", "text/html")])
            #expect(answer.status == 503)
            #expect(answer.fields.contains("retry-after"))
            #expect(answer.setCookies.isEmpty)
        }
    }

    @Test("While a store hangs for one client, others with known tokens are served")
    func hanging() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            #expect(try alice.request().status == 200)
            proxy.store.set(.hangs)
            let waiting = try proxy.client()
            try waiting.send(bob.bytes())
            #expect(waitUntil { proxy.store.hanging > 0 })
            for _ in 0..<5 { #expect(try alice.request().status == 200) }
            proxy.store.release()
            let status = try waiting.response().status
            #expect(status == 200 || status == 503, "late, or given up: not refused")
        }
    }

    @Test("With stale_ok_seconds a verdict that is known serves while the store is down, and no longer than that")
    func stale() async throws {
        try await ProxyFixture.run(configure: { configuration in
            for index in configuration.routes.indices { configuration.routes[index].staleOKSeconds = 60 }
        }) { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            #expect(try alice.request().status == 200)
            proxy.store.set(.fails(.unreachable))
            #expect(try alice.request().status == 200)
            expectUnavailable(try bob.request())
        }
    }

    private func expectUnavailable(_ answer: RawResponse, sourceLocation: SourceLocation = #_sourceLocation) {
        expectRefusal(answer, "store_unavailable", status: 503, sourceLocation: sourceLocation)
        #expect(answer.fields.contains("retry-after"), sourceLocation: sourceLocation)
        #expect(answer.setCookies.isEmpty, "never a cleared cookie", sourceLocation: sourceLocation)
        #expect(!answer.fields.contains("www-authenticate"), sourceLocation: sourceLocation)
    }
}

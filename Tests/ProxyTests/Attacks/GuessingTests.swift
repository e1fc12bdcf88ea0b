import SallyportConfiguration
import Foundation
import SallyportTesting
import Testing
import Tokens

/// `limits.failed_authentications_per_address`: who tries tokens has to wait; who is known does not.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct GuessingTests {
    private static func run(_ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(
            configure: {
                $0.limits.failedAuthenticationsPerAddress = 5
                $0.limits.failedAuthenticationsIntervalSeconds = 50
            }, body)
    }

    private static func guess(_ proxy: ProxyFixture, from source: String? = nil) throws -> RawResponse {
        try proxy.client(from: source).exchange("GET", "/orders", [("Authorization", "Bearer a.b.c")])
    }

    @Test("After some failures an address gets 429 until they are forgotten, and is told for how long")
    func throttles() async throws {
        try await Self.run { proxy throws in
            for _ in 0..<5 { expectRefusal(try Self.guess(proxy), "token_malformed") }
            for _ in 0..<3 {
                let answer = try Self.guess(proxy)
                #expect(answer.status == 429 && answer.json["error"] as? String == "too_many_requests")
                #expect(answer.header("retry-after") == "10")
                #expect(answer.setCookies.isEmpty)
            }
            // Another address is another matter.
            expectRefusal(try Self.guess(proxy, from: "127.0.0.2"), "token_malformed")
            proxy.clock.advance(bySeconds: 10)
            expectRefusal(try Self.guess(proxy), "token_malformed")
            #expect(try Self.guess(proxy).status == 429)
            proxy.clock.advance(bySeconds: 50)
            for _ in 0..<5 { expectRefusal(try Self.guess(proxy), "token_malformed") }
            #expect(try Self.guess(proxy).status == 429)
        }
    }

    @Test("Who is known, who brings nothing, and open routes go on; a token that is not known waits")
    func others() async throws {
        try await Self.run { proxy throws in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            #expect(try alice.request().status == 200)
            for _ in 0..<5 { _ = try Self.guess(proxy) }
            #expect(try alice.request().status == 200, "verified before")
            #expect(try bob.request().status == 429, "not verified yet")
            expectRefusal(try proxy.client().exchange("GET", "/orders"), "token_missing")
            #expect(try proxy.client().exchange("GET", "/public").status == 200)
            #expect(try proxy.client().exchange("GET", "/.sallyport/health").status == 200)
            #expect(try proxy.client().exchange("GET", "/.sallyport/jwks.json").status == 200)
            #expect(try bob.request("POST", "/.sallyport/refresh", Browser.ownPage).status == 429)
            #expect(try bob.request("GET", "/.sallyport/session").status == 429)
            proxy.clock.advance(bySeconds: 11)
            #expect(try bob.request().status == 200)
        }
    }

    @Test("Who is known signs out and is refreshed, whatever others do behind the same address")
    func known() async throws {
        try await Self.run { proxy throws in
            var alice = try Browser.signedIn(proxy)
            var bob = try Browser.signedIn(proxy, as: "bob")
            for browser in [alice, bob] { #expect(try browser.request().status == 200) }
            func guessAgain() throws { while try Self.guess(proxy).status != 429 {} }
            try guessAgain()
            #expect(try alice.request("GET", "/.sallyport/session").status == 200)
            #expect(try alice.post("websocket-token").status == 200)
            proxy.clock.advance(bySeconds: 1800 - 30)
            try guessAgain()
            let due = try alice.visit()
            #expect(due.status == 200 && due.newAccess != nil, "renewed before its expiry")
            #expect(try bob.post("logout").status == 204)
            #expect(try bob.request().status == 401)
            var carol = try Browser.signedIn(proxy, as: "carol")
            #expect(try carol.post("logout").status == 429, "not verified yet")
        }
    }

    @Test("Neither a missing token, an expired one, a refresh nor a store that is down counts")
    func notCounted() async throws {
        try await Self.run { proxy throws in
            var alice = try Browser.signedIn(proxy)
            for _ in 0..<8 { #expect(try proxy.client().exchange("GET", "/orders").status == 401) }
            for _ in 0..<8 {
                proxy.clock.advance(bySeconds: 1801)
                #expect(try alice.visit().status == 200)
            }
            var stale = alice
            proxy.clock.advance(bySeconds: 1801)
            stale.refresh = nil
            // A jar forgets what has expired; a program may not.
            let expired = ("Cookie", "\(ProxyFixture.accessCookie)=\(try #require(alice.access ?? stale.access))")
            for _ in 0..<8 {
                let answer = try proxy.client().exchange(
                    "GET", "/orders", [expired, ("User-Agent", "Mozilla/5.0 (Test)")])
                expectRefusal(answer, "token_expired")
            }
            let bob = try Browser.signedIn(proxy, as: "bob")
            proxy.store.set(.fails(.unreachable))
            for _ in 0..<8 { #expect(try bob.request().status == 503) }
            proxy.store.set(.works)
            #expect(try bob.request().status == 200)
        }
    }

    @Test("It is written to the audit log once for each address and interval, and counted")
    func told() async throws {
        try await Self.run { proxy throws in
            for _ in 0..<12 { _ = try Self.guess(proxy) }
            for _ in 0..<6 { _ = try Self.guess(proxy, from: "127.0.0.3") }
            #expect(
                waitUntil { proxy.auditLog.components(separatedBy: "authentication.throttled").count == 3 },
                "\(proxy.auditLog)")
            #expect(proxy.auditLog.contains(#""client_address":"127.0.0.3""#))
            let events = proxy.server.server.counters.families().first { $0.name == "route_events_total" }
            #expect(events?.samples.first { $0.label == "throttled" }?.value == 8)
            #expect(waitUntil { proxy.accessLog.contains(#""reason":"throttled""#) })
        }
    }
}

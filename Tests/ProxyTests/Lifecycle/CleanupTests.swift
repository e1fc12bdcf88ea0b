import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §4 and issue "the gate stands": what has expired is removed by itself where the store does not forget.
@Suite("What has expired leaves the store by itself", .threadOfItsOwn, .timeLimit(.minutes(5)))
struct CleanupTests {
    @Test("The proxy removes expired tokens round by round, and asks a store that failed again")
    func rounds() async throws {
        let store = MemoryTokenStore()
        try await ProxyFixture.run(store: store, configure: { $0.store.cleanupIntervalSeconds = 0.1 }) { fixture in
            let token = StoredToken(
                reference: TokenReference(session: "s", type: .access, identifier: "t"),
                expiresAt: fixture.clock.now + 10)
            _ = try await store.insert(token, subject: nil, requiresSession: false, now: fixture.clock.now)
            fixture.store.set(.fails(.timedOut), for: [.cleanup])
            let failed = fixture.store.count(of: .cleanup)
            #expect(waitUntil { fixture.store.count(of: .cleanup) >= failed + 2 })
            fixture.store.set(.works)
            fixture.clock.advance(bySeconds: 11)
            let before = fixture.store.count(of: .cleanup)
            #expect(waitUntil { fixture.store.count(of: .cleanup) >= before + 2 })
            // Nothing is left for us.
            #expect(try await store.removeExpired(now: fixture.clock.now, limit: 10) == 0)
        }
    }
}

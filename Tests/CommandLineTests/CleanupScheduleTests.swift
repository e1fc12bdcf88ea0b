import Logging
import SallyportTesting
import Testing
import Tokens

@testable import sallyport

@Suite("The schedule that removes what has expired", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct CleanupScheduleTests {
    private let client = ClientIdentity(address: "192.0.2.7", userAgent: nil)
    private let logger = Logger(label: "test")

    private static func manager(_ store: FaultyStore, _ clock: ManualClock) throws -> JWTManager {
        let key = try TokenKey(secret: Array("0123456789abcdef0123456789abcdef".utf8))
        return JWTManager(keys: try TokenKeys(key), store: store, clock: clock.wallClock)
    }

    @Test("What has expired leaves the store by itself, round by round")
    func rounds() async throws {
        let clock = ManualClock()
        let store = FaultyStore()
        let manager = try Self.manager(store, clock)
        _ = try await manager.createAccessToken([:], expiresIn: 10, client: client)
        let schedule = CleanupSchedule()
        schedule.follow(manager, every: .milliseconds(2), logger)
        clock.advance(bySeconds: 11)
        let before = store.count(of: .cleanup)
        #expect(waitUntil { store.count(of: .cleanup) >= before + 3 })
        // Nothing is left for us.
        #expect(try await store.removeExpired(now: clock.now, limit: 10) == 0)
        withExtendedLifetime(schedule) {}
    }

    @Test("A store that fails is asked again, and one that was replaced is left alone")
    func failures() async throws {
        let clock = ManualClock()
        let (first, second) = (FaultyStore(), FaultyStore())
        first.set(.fails(.timedOut))
        let schedule = CleanupSchedule()
        schedule.follow(try Self.manager(first, clock), every: .milliseconds(2), logger)
        #expect(waitUntil { first.count(of: .cleanup) >= 3 })
        schedule.follow(try Self.manager(second, clock), every: .milliseconds(2), logger)
        #expect(waitUntil { second.count(of: .cleanup) >= 1 })
        let count = first.count(of: .cleanup)
        #expect(waitUntil { second.count(of: .cleanup) >= 20 })
        // A round that was under way may still have ended.
        #expect(first.count(of: .cleanup) <= count + 1)
        withExtendedLifetime(schedule) {}
    }
}

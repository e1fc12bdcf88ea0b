import Synchronization
import Tokens

/// What a store has announced, in order.
final class Announcements: Sendable {
    private let seen = Mutex<[StoreInvalidation]>([])

    init(_ store: some TokenStore) {
        store.observeInvalidations { [self] change in seen.withLock { $0.append(change) } }
    }

    var all: [StoreInvalidation] { seen.withLock { $0 } }

    /// Waits until a change was announced; how long that took, or nil.
    func wait(for change: StoreInvalidation, atMost limit: Duration = .seconds(10)) async -> Duration? {
        await RedisTokenStoreTests.wait(atMost: limit) { all.contains(change) }
    }

    func forget() { seen.withLock { $0 = [] } }
}

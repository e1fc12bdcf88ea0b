internal import Synchronization
internal import Tokens

/// Who is told of changes, and whether all changes can be told at present. Any thread may ask and add.
final class InvalidationObservers: Sendable {
    private let observers = Mutex<[@Sendable (StoreInvalidation) -> Void]>([])
    private let watching = Atomic(false)

    /// Whether the commits of other processes are noticed. A verdict read while they are not must not be kept.
    var isWatching: Bool {
        get { watching.load(ordering: .acquiring) }
        set { watching.store(newValue, ordering: .releasing) }
    }

    /// Adds one.
    func add(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {
        observers.withLock { $0.append(observer) }
    }

    /// Tells all of them, outside the lock.
    func announce(_ changes: [StoreInvalidation]) {
        guard !changes.isEmpty else { return }
        let observers = observers.withLock { $0 }
        for change in changes {
            for observer in observers { observer(change) }
        }
    }

    /// Forgets all of them.
    func removeAll() { observers.withLock { $0 = [] } }
}

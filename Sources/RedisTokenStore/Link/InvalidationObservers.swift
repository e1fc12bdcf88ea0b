internal import Synchronization
internal import Tokens

/// Who is told of changes. Any thread may add and tell.
final class InvalidationObservers: Sendable {
    private let observers = Mutex<[@Sendable (StoreInvalidation) -> Void]>([])

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

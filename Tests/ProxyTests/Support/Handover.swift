import SallyportTesting
import Synchronization

/// Hands a value from one thread of a test to another.
final class Handover<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func give(_ value: Value) { values.withLock { $0.append(value) } }

    /// The next value; nil if none comes before the deadline.
    func take(_ deadline: Deadline = .soon) -> Value? {
        var value: Value?
        _ = waitUntil(deadline) {
            value = values.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            return value != nil
        }
        return value
    }
}

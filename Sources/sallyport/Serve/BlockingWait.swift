internal import Dispatch
internal import Synchronization

/// Waits for asynchronous work on a thread that serves nobody else: the main one, before and beside the loops.
enum BlockingWait {
    /// The value of the work.
    static func value<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let result = Result<Value>()
        Task.detached {
            let value = await work()
            result.value.withLock { $0 = value }
            result.isThere.signal()
        }
        result.isThere.wait()
        guard let value = result.value.withLock({ $0 }) else {
            preconditionFailure("the value was stored before the signal")
        }
        return value
    }

    private final class Result<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }
}

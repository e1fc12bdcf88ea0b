internal import Glibc
internal import Tokens

/// What callers of any thread have asked of one thread, first come, first served.
///
/// Unchecked: all of its state is reached with the mutex held. Safe: mutex and condition live as long as the object.
@safe
final class OperationQueue: @unchecked Sendable {
    /// At most so many may wait; who comes later is told that the store is too slow, instead of using up memory.
    static let limit = 65_536
    /// At most so many are taken at once, so that one transaction does not grow without end.
    static let batchLimit = 512

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [StoreOperation] = []
    private var isClosed = false
    private var isFinished = false
    private var finishers: [CheckedContinuation<Void, Never>] = []

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        // The wall clock may jump; what waits for a time here must not.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Adds an operation, or fails it at once when the queue is closed or full.
    func append(_ operation: StoreOperation) {
        let refusal: TokenStoreError? = locked {
            if isClosed { return TokenStoreError(.closed, "the store was closed") }
            if waiting.count >= Self.limit { return TokenStoreError(.timedOut, "too many operations wait") }
            waiting.append(operation)
            if waiting.count == 1 { unsafe pthread_cond_signal(condition) }
            return nil
        }
        if let refusal { operation.fail(refusal) }
    }

    /// Waits for operations, at most until `limit`, and takes them; empty when that passed, nil once the queue is
    /// closed and all of it was taken.
    func next(until limit: MonotonicTime) -> [StoreOperation]? {
        locked {
            var time = timespec(
                tv_sec: Int(limit.nanoseconds / 1_000_000_000), tv_nsec: Int(limit.nanoseconds % 1_000_000_000))
            while waiting.isEmpty, !isClosed {
                if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT {
                    return waiting.isEmpty ? [] : take()
                }
            }
            return waiting.isEmpty ? nil : take()
        }
    }

    /// How many operations wait.
    var count: Int { locked { waiting.count } }

    /// Refuses further operations; those that wait are still served.
    func close() {
        locked {
            isClosed = true
            unsafe pthread_cond_signal(condition)
        }
    }

    /// Tells those that wait in ``finished()``; called by the thread as its last act.
    func finish() {
        let waiting = locked {
            isFinished = true
            defer { finishers = [] }
            return finishers
        }
        for finisher in waiting { finisher.resume() }
    }

    /// Waits until the thread has ended.
    func finished() async {
        await withCheckedContinuation { continuation in
            let isOver = locked {
                if !isFinished { finishers.append(continuation) }
                return isFinished
            }
            if isOver { continuation.resume() }
        }
    }

    private func take() -> [StoreOperation] {
        guard waiting.count > Self.batchLimit else {
            defer { waiting = [] }
            return waiting
        }
        let batch = Array(waiting.prefix(Self.batchLimit))
        waiting.removeFirst(Self.batchLimit)
        return batch
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}

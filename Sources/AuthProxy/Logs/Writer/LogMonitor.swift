internal import Glibc

/// A mutex with a condition, for what several threads wait for.
///
/// Unchecked: the calls of POSIX threads on both are thread-safe. Safe: mutex and condition live as long as the object.
@safe
final class LogMonitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

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

    /// Runs `body` with the mutex held.
    func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Wakes all who wait.
    func broadcast() { unsafe pthread_cond_broadcast(condition) }

    /// Waits, with the mutex held by the caller, until `isDone` or the deadline; true if done.
    func wait(until deadline: Int64, for isDone: () -> Bool) -> Bool {
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        while !isDone() {
            if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return isDone() }
        }
        return true
    }

    /// The machine's monotonic clock, in nanoseconds.
    static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The point in time that lies `duration` (at most some years) ahead.
    static func deadline(after duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return now + min(max(seconds, 0), 1_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

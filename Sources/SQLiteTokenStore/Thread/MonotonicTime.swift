internal import Glibc

/// A point on the machine's monotonic clock, in nanoseconds: deadlines are not moved by who sets the wall clock.
struct MonotonicTime: Comparable {
    var nanoseconds: Int64

    /// Now.
    static var now: MonotonicTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// This point, later by a duration of at most some years.
    func advanced(by duration: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = duration.components
        let bounded = min(max(seconds, 0), 1_000_000_000)
        return MonotonicTime(nanoseconds: nanoseconds + bounded * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

internal import Glibc

/// A point on the machine's monotonic clock, which no one sets.
public enum MonotonicTime {
    /// Milliseconds; as precise as the kernel's tick (4 ms), and as cheap as a memory read. For deadlines.
    @inline(__always)
    public static var coarseMilliseconds: Int64 {
        var time = timespec()
        // The only failure is a clock that does not exist.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
    }

    /// Microseconds, precise. For durations in logs.
    @inline(__always)
    public static var microseconds: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    }
}

internal import Glibc

/// The source of a log line's time; a test moves it by hand.
public struct LogClock: Sendable {
    private let read: @Sendable () -> Int64

    /// A clock that reads the given function, in microseconds since 1970-01-01T00:00:00Z.
    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }

    /// Microseconds since the epoch.
    public var now: Int64 { read() }

    /// The machine's clock.
    public static let system = LogClock {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

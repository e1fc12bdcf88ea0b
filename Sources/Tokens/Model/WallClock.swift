internal import Glibc

/// The source of "now" for everything that has an expiry; a test moves it by hand.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// A clock that reads the given function, in whole seconds since 1970-01-01T00:00:00Z (a NumericDate, RFC 7519 §2).
    public init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
    }

    /// Seconds since the epoch.
    public var now: Int64 { read() }

    /// The machine's clock.
    public static let system = WallClock {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return Int64(time.tv_sec)
    }
}

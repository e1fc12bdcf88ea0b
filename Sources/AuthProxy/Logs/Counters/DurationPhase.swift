/// What takes time.
public enum DurationPhase: UInt8, Sendable, CaseIterable {
    /// A request, from its head to the end of its answer.
    case request
    /// Deciding about its credentials, where the loop could not by itself.
    case authentication
    /// Getting an upstream connection.
    case upstreamConnect
    /// From the connection to the first byte of the application's answer.
    case upstreamFirstByte
    /// A question about a token, or a rotation, until the store has answered or failed.
    case store
    /// How long a letter to a loop waits: for so long nobody else was served.
    case loopLag

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .request: "request"
        case .authentication: "authentication"
        case .upstreamConnect: "upstream_connect"
        case .upstreamFirstByte: "upstream_first_byte"
        case .store: "store"
        case .loopLag: "loop_lag"
        }
    }

    /// How many intervals there are: powers of two from 32 microseconds to 17 seconds, and what is longer.
    static let intervals = 21

    /// The upper bound of an interval in microseconds; the last one has none.
    public static func bound(_ index: Int) -> Int64 { 32 << Int64(index) }

    /// The interval that a number of microseconds falls into, its bound included.
    @inline(__always)
    static func interval(_ microseconds: Int64) -> Int {
        guard microseconds > 32 else { return 0 }
        return min(64 - (microseconds - 1).leadingZeroBitCount - 5, intervals - 1)
    }
}

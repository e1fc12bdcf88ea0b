/// What one connection may cost.
public struct HTTP2Limits: Sendable, Equatable {
    /// Streams that are open at once; more are refused with REFUSED_STREAM.
    public var concurrentStreams: Int
    /// Bytes of a request's body that may come before somebody takes them.
    public var streamWindowBytes: Int
    /// A header list as RFC 9113 §6.5.2 counts it: names, values, and 32 bytes for each field. Past it, 431.
    public var headerListBytes: Int
    /// Streams that are reset within an interval, by the client or for its mistakes; past it, the connection is cut.
    public var resets: Int
    /// Frames within an interval that carry nothing of a message (SETTINGS, PING, PRIORITY, unknown and empty ones); past
    /// it, the connection is cut.
    public var controlFrames: Int
    /// The interval of both, in milliseconds.
    public var intervalMilliseconds: Int64

    /// Describes limits; all are held to what the protocol can express.
    public init(
        concurrentStreams: Int = 100, streamWindowBytes: Int = 64 * 1024, headerListBytes: Int = 32 * 1024,
        resets: Int = 200, controlFrames: Int = 1000, intervalMilliseconds: Int64 = 10_000
    ) {
        self.concurrentStreams = min(max(concurrentStreams, 1), 1 << 20)
        self.streamWindowBytes = min(max(streamWindowBytes, 1), Int(Int32.max) / 16)
        self.headerListBytes = min(max(headerListBytes, 1), 16 << 20)
        self.resets = max(resets, 1)
        self.controlFrames = max(controlFrames, 1)
        self.intervalMilliseconds = max(intervalMilliseconds, 1)
    }
}

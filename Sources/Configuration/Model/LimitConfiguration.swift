/// The `limits:` section: every resource has one.
public struct LimitConfiguration: Sendable, Equatable {
    /// A head in all, in bytes (431, or 414 within the request line).
    public var headBytes: Int = 32 * 1024
    /// Field lines in a head or a trailer section (431).
    public var headFields: Int = 100
    /// One field line, in bytes (431).
    public var headerLineBytes: Int = 16 * 1024
    /// The request target, in bytes (414).
    public var requestTargetBytes: Int = 8 * 1024
    /// All `Cookie` fields together, in bytes (431).
    public var cookieBytes: Int = 16 * 1024
    /// Cookies in a request (431).
    public var cookieCount: Int = 100
    /// Client connections in all; past it, accepting pauses.
    public var maxConnections: Int = 20_000
    /// Client connections of one address; past it, 429 and close. 0: no limit.
    public var maxConnectionsPerAddress: Int = 0
    /// Failed authentications of one address within the interval; past it, tokens that are not known are not looked at, and
    /// the answer is 429. 0: no limit.
    public var failedAuthenticationsPerAddress: Int = 10_000
    /// The interval of these, in seconds.
    public var failedAuthenticationsIntervalSeconds: Double = 60
    /// Requests on one connection; then it is closed after the answer. 0: no limit.
    public var maxRequestsPerConnection: Int = 0
    /// Upstream connections of each worker per endpoint.
    public var maxUpstreamConnections: Int = 1024
    /// Requests of each worker that wait for an upstream connection; past it, 503.
    public var upstreamQueue: Int = 1024
    /// How long they wait, in seconds (503).
    public var upstreamQueueTimeoutSeconds: Double = 5
    /// From the first byte of a head to its last, in seconds (408).
    public var headTimeoutSeconds: Double = 15
    /// Without progress in a body, in seconds (408 before the answer began).
    public var bodyIdleTimeoutSeconds: Double = 30
    /// Between two requests of a connection, in seconds.
    public var keepAliveTimeoutSeconds: Double = 75
    /// To connect to an upstream, in seconds (503).
    public var upstreamConnectTimeoutSeconds: Double = 5
    /// From the request's last byte to the first of the answer, in seconds (504).
    public var upstreamFirstByteTimeoutSeconds: Double = 60
    /// Without progress in an answer's body, in seconds.
    public var upstreamIdleTimeoutSeconds: Double = 60
    /// An idle pooled upstream connection, in seconds.
    public var upstreamKeepAliveTimeoutSeconds: Double = 30
    /// A tunnel without a byte in either direction, in seconds.
    public var tunnelIdleTimeoutSeconds: Double = 3600
    /// Bytes that wait for a slow reader, per direction of an exchange.
    public var streamBufferBytes: Int = 64 * 1024
    /// For how long a client may be waited for while requests wait for the connection to an application that it holds, in
    /// seconds (408, or a cut).
    public var slowClientSeconds: Double = 1
    /// Bytes that all buffers of clients and their requests may hold together; past it, those who wait for the longest are
    /// ended (503 where nothing of an answer was sent).
    public var memoryBytes: Int = 512 << 20
    /// From a connection's beginning to the end of its TLS handshake, in seconds.
    public var tlsHandshakeTimeoutSeconds: Double = 10
    /// TLS handshakes of each worker that are under way; past it, the oldest one is cut.
    public var tlsMaxHandshakes: Int = 1000
    /// HTTP/2 streams of one connection at once; more are refused.
    public var h2MaxConcurrentStreams: Int = 100
    /// An HTTP/2 header list as RFC 9113 §6.5.2 counts it, in bytes (431).
    public var h2HeaderListBytes: Int = 32 * 1024
    /// Bytes of a body that come on an HTTP/2 stream before the application takes them.
    public var h2StreamWindowBytes: Int = 64 * 1024
    /// Streams that are reset within an interval, by the client or for its mistakes; past it, the connection is cut.
    public var h2MaxResets: Int = 200
    /// Frames within an interval that carry nothing of a message; past it, the connection is cut.
    public var h2MaxControlFrames: Int = 1000
    /// The interval of the two before, in seconds.
    public var h2FloodIntervalSeconds: Double = 10
    /// Verified tokens that each worker remembers.
    public var verifiedTokens: Int = 16_384

    /// The defaults.
    public init() {}
}

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
    /// Requests on one connection; then it is closed after the answer. 0: no limit.
    public var maxRequestsPerConnection: Int = 0
    /// Upstream connections of each worker per endpoint.
    public var maxUpstreamConnections: Int = 1024
    /// Requests of each worker that wait for an upstream connection; past it, 503.
    public var upstreamQueue: Int = 1024
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
    /// Verified tokens that each worker remembers.
    public var verifiedTokens: Int = 16_384

    /// The defaults.
    public init() {}
}

/// A limit that was hit.
public enum LimitKind: UInt8, Sendable, CaseIterable {
    /// Client connections in all.
    case connections
    /// Client connections of one address.
    case connectionsPerAddress
    /// Requests on one connection.
    case requestsPerConnection
    /// Requests that wait for an upstream connection.
    case upstreamQueue
    /// A head that took too long.
    case headTimeout
    /// A request's body without progress.
    case bodyIdleTimeout
    /// A connection between two requests.
    case keepAliveTimeout
    /// A client that does not read its answer.
    case downstreamWriteTimeout
    /// A tunnel without a byte.
    case tunnelIdleTimeout
    /// A drain that took too long.
    case drainTimeout

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .connections: "connections"
        case .connectionsPerAddress: "connections_per_address"
        case .requestsPerConnection: "requests_per_connection"
        case .upstreamQueue: "upstream_queue"
        case .headTimeout: "head_timeout"
        case .bodyIdleTimeout: "body_idle_timeout"
        case .keepAliveTimeout: "keep_alive_timeout"
        case .downstreamWriteTimeout: "downstream_write_timeout"
        case .tunnelIdleTimeout: "tunnel_idle_timeout"
        case .drainTimeout: "drain_timeout"
        }
    }
}

/// What went wrong on the upstream's side.
public enum UpstreamErrorKind: UInt8, Sendable, CaseIterable {
    /// No connection: refused, unreachable, or its name is unknown.
    case connect
    /// No connection in time.
    case connectTimeout
    /// No answer in time.
    case firstByteTimeout
    /// An answer without progress.
    case idleTimeout
    /// The connection ended before the answer did.
    case closedEarly
    /// An answer that breaks HTTP.
    case malformedAnswer
    /// A `Sallyport-…-Session` field that is malformed.
    case malformedSession

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .connect: "connect"
        case .connectTimeout: "connect_timeout"
        case .firstByteTimeout: "first_byte_timeout"
        case .idleTimeout: "idle_timeout"
        case .closedEarly: "closed_early"
        case .malformedAnswer: "malformed_answer"
        case .malformedSession: "malformed_session"
        }
    }
}

/// What happened to sessions, and to what is known of tokens.
public enum SessionCounter: UInt8, Sendable, CaseIterable {
    /// Sessions that began.
    case issued
    /// Requests that were served with refreshed tokens.
    case refreshed
    /// Rotations that the store made.
    case rotated
    /// Requests that waited for another's rotation.
    case coalesced
    /// Old refresh tokens used again in time.
    case reusedInGrace
    /// Old refresh tokens used again too late.
    case reuseDetected
    /// Tokens revoked.
    case revoked
    /// Sessions that ended.
    case ended
    /// Tokens whose verdict was known.
    case verdictKnown
    /// Tokens that had to be verified.
    case verdictNew

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .issued: "issued"
        case .refreshed: "refreshed"
        case .rotated: "rotated"
        case .coalesced: "coalesced"
        case .reusedInGrace: "reused_in_grace"
        case .reuseDetected: "reuse_detected"
        case .revoked: "revoked"
        case .ended: "ended"
        case .verdictKnown: "verdict_known"
        case .verdictNew: "verdict_new"
        }
    }
}

/// Numbers that rise and fall, and plain sums.
public enum TrafficCounter: UInt8, Sendable, CaseIterable {
    /// Client connections that are open.
    case openConnections
    /// Upstream connections that are open.
    case openUpstreamConnections
    /// WebSocket tunnels that are open.
    case openTunnels
    /// Client connections so far.
    case acceptedConnections
    /// Requests that went to a second upstream connection because a pooled one was dead.
    case retries
    /// Bytes of requests' bodies.
    case bytesIn
    /// Bytes of answers' bodies.
    case bytesOut
}

internal import EventIO
internal import HTTPWire

/// A limit that was hit.
public enum LimitKind: UInt8, Sendable, CaseIterable {
    /// Client connections in all.
    case connections
    /// Sockets for which the process had no descriptor.
    case descriptors
    /// Slow clients that were ended because they kept others from an application.
    case slowClient
    /// Clients that were ended because buffers held too much.
    case memory
    /// Client connections of one address.
    case connectionsPerAddress
    /// Requests on one connection.
    case requestsPerConnection
    /// Requests that wait for an upstream connection.
    case upstreamQueue
    /// Requests that waited too long for one.
    case upstreamQueueTimeout
    /// Requests that were not repeated, because too many were.
    case retryBudget
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
    /// TLS handshakes that are under way.
    case tlsHandshakes
    /// A TLS handshake that took too long.
    case tlsHandshakeTimeout
    /// An HTTP/2 connection that was cut for the work that it made.
    case http2Flood
    /// A TLS connection that was cut for the work that it made.
    case tlsFlood

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .connections: "connections"
        case .descriptors: "descriptors"
        case .slowClient: "slow_client"
        case .memory: "memory"
        case .connectionsPerAddress: "connections_per_address"
        case .requestsPerConnection: "requests_per_connection"
        case .upstreamQueue: "upstream_queue"
        case .upstreamQueueTimeout: "upstream_queue_timeout"
        case .retryBudget: "retry_budget"
        case .headTimeout: "head_timeout"
        case .bodyIdleTimeout: "body_idle_timeout"
        case .keepAliveTimeout: "keep_alive_timeout"
        case .downstreamWriteTimeout: "downstream_write_timeout"
        case .tunnelIdleTimeout: "tunnel_idle_timeout"
        case .drainTimeout: "drain_timeout"
        case .tlsHandshakes: "tls_handshakes"
        case .tlsHandshakeTimeout: "tls_handshake_timeout"
        case .http2Flood: "http2_flood"
        case .tlsFlood: "tls_flood"
        }
    }
}

/// Why a connection ended at a listener that expects a header of the PROXY protocol.
public enum ProxyHeaderCounter: UInt8, Sendable, CaseIterable {
    /// It began with something else.
    case notPresent
    /// A version, a command or a kind of address that is not known.
    case unsupported
    /// A header that is too long.
    case tooLong
    /// A malformed header.
    case malformed
    /// A wrong checksum.
    case checksum
    /// The peer is none of the trusted proxies.
    case untrusted
    /// It took too long.
    case timeout
    /// The peer ended the connection within the header.
    case cutOff

    /// The case for what a parser found.
    init(_ error: ProxyHeaderError) {
        switch error {
        case .notPresent: self = .notPresent
        case .unsupported: self = .unsupported
        case .tooLong: self = .tooLong
        case .malformed: self = .malformed
        case .checksum: self = .checksum
        }
    }

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .notPresent: "not_present"
        case .unsupported: "unsupported"
        case .tooLong: "too_long"
        case .malformed: "malformed"
        case .checksum: "checksum"
        case .untrusted: "untrusted"
        case .timeout: "timeout"
        case .cutOff: "cut_off"
        }
    }
}

/// What went wrong on the upstream's side.
public enum UpstreamErrorKind: UInt8, Sendable, CaseIterable {
    /// No connection: refused, unreachable, or its name is unknown.
    case connect
    /// No connection in time.
    case connectTimeout
    /// No TLS, or none with whom it should be.
    case tls
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
    /// An endpoint that was ejected for its failures.
    case ejection
    /// A request for which no endpoint worked.
    case noEndpoint
    /// A health check that failed.
    case healthCheck

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .connect: "connect"
        case .connectTimeout: "connect_timeout"
        case .tls: "tls"
        case .firstByteTimeout: "first_byte_timeout"
        case .idleTimeout: "idle_timeout"
        case .closedEarly: "closed_early"
        case .malformedAnswer: "malformed_answer"
        case .malformedSession: "malformed_session"
        case .ejection: "ejection"
        case .noEndpoint: "no_endpoint"
        case .healthCheck: "health_check"
        }
    }
}

/// What a route decided about a request before or beside its credentials.
public enum RouteCounter: UInt8, Sendable, CaseIterable {
    /// CORS preflights that were answered for the application.
    case preflight
    /// Requests of pages of other origins that were refused (CSRF).
    case crossOrigin
    /// Requests whose method no route of the place takes.
    case methodNotAllowed
    /// Requests of addresses with too many failed authentications.
    case throttled

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .preflight: "preflight"
        case .crossOrigin: "cross_origin"
        case .methodNotAllowed: "method_not_allowed"
        case .throttled: "throttled"
        }
    }
}

/// What happened to the key sets of foreign issuers.
public enum IssuerCounter: UInt8, Sendable, CaseIterable {
    /// Fetches that were begun.
    case fetched
    /// Fetches that failed.
    case failed
    /// New sets from which a key was gone.
    case withdrawn

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .fetched: "fetched"
        case .failed: "failed"
        case .withdrawn: "withdrawn"
        }
    }
}

/// What became of TLS handshakes.
public enum TLSCounter: UInt8, Sendable, CaseIterable {
    /// Done, with all that belongs to it.
    case full
    /// Done, from an earlier session.
    case resumed
    /// The client's certificate was not accepted, or is missing.
    case untrusted
    /// The client refused.
    case refused
    /// No TLS, or none that we speak.
    case violation
    /// The client ended or broke the connection.
    case closed
    /// It took too long.
    case timedOut
    /// The client spoke HTTP, or anything else, without TLS.
    case plain

    /// How a failure is counted.
    init(_ kind: TLSError.Kind) {
        self =
            switch kind {
            case .untrusted: .untrusted
            case .refused: .refused
            case .violation, .material: .violation
            case .closed: .closed
            case .timedOut: .timedOut
            }
    }

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .full: "full"
        case .resumed: "resumed"
        case .untrusted: "untrusted"
        case .refused: "refused"
        case .violation: "violation"
        case .closed: "closed"
        case .timedOut: "timed_out"
        case .plain: "plain"
        }
    }
}

/// What a loop has at a moment; it looks a few times in a second.
public enum LoopGauge: UInt8, Sendable, CaseIterable {
    /// Idle upstream connections.
    case idleUpstreamConnections
    /// Requests that wait for an upstream connection.
    case waitingRequests
    /// Endpoints of upstreams that get no requests, because they fail.
    case endpointsLeftOut
    /// Tokens whose verification is remembered.
    case verifiedTokens
    /// What buffers of clients and their exchanges hold.
    case bufferBytes
    /// 1 while questions to the store fail at once.
    case storeCircuitOpen

    var name: String {
        switch self {
        case .idleUpstreamConnections: "upstream_connections_idle"
        case .waitingRequests: "requests_waiting"
        case .endpointsLeftOut: "upstream_endpoints_left_out"
        case .verifiedTokens: "verified_tokens"
        case .bufferBytes: "buffer_bytes"
        case .storeCircuitOpen: "store_circuits_open"
        }
    }

    var help: String {
        switch self {
        case .idleUpstreamConnections: "Upstream connections that wait for a request."
        case .waitingRequests: "Requests that wait for an upstream connection."
        case .endpointsLeftOut: "Endpoints that get no requests because they fail, counted by each loop."
        case .bufferBytes: "Memory that is held in buffers for clients and their requests."
        case .verifiedTokens: "Tokens whose verification is remembered, by all loops together."
        case .storeCircuitOpen: "Loops whose questions to the store fail at once, because it is down."
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
    /// Requests that went to a second upstream connection because the first one failed.
    case retries
    /// Bytes of requests' bodies.
    case bytesIn
    /// Bytes of answers' bodies.
    case bytesOut
}

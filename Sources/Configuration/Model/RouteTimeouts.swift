/// Time-outs of one route, in seconds; nil leaves the upstream's, or that of `limits:`.
public struct RouteTimeouts: Sendable, Equatable {
    /// Without progress in the request's body.
    public var bodyIdleSeconds: Double? = nil
    /// From the request's last byte to the first of the answer.
    public var upstreamFirstByteSeconds: Double? = nil
    /// Without progress in the answer's body.
    public var upstreamIdleSeconds: Double? = nil
    /// A tunnel without a byte in either direction.
    public var tunnelIdleSeconds: Double? = nil

    /// Those of `limits:`.
    public init() {}

    /// Whether the route has any of its own.
    public var isEmpty: Bool { self == RouteTimeouts() }
}

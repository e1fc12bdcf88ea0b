internal import SallyportConfiguration

/// The configuration's time-outs in milliseconds.
struct Times {
    let head: Int64
    let bodyIdle: Int64
    let keepAlive: Int64
    let upstreamQueue: Int64
    let upstreamConnect: Int64
    let upstreamFirstByte: Int64
    let upstreamIdle: Int64
    let upstreamKeepAlive: Int64
    /// How old a connection gets; 0: no limit.
    let upstreamAge: Int64
    let tunnelIdle: Int64
    let tlsHandshake: Int64
    let slowClient: Int64

    /// - Parameter upstream: whose time-outs come before those of the limits.
    init(_ limits: LimitConfiguration, _ upstream: UpstreamConfiguration? = nil) {
        head = Self.milliseconds(limits.headTimeoutSeconds)
        bodyIdle = Self.milliseconds(limits.bodyIdleTimeoutSeconds)
        keepAlive = Self.milliseconds(limits.keepAliveTimeoutSeconds)
        upstreamQueue = Self.milliseconds(upstream?.queueTimeoutSeconds ?? limits.upstreamQueueTimeoutSeconds)
        upstreamConnect = Self.milliseconds(upstream?.connectTimeoutSeconds ?? limits.upstreamConnectTimeoutSeconds)
        upstreamFirstByte = Self.milliseconds(
            upstream?.firstByteTimeoutSeconds ?? limits.upstreamFirstByteTimeoutSeconds)
        upstreamIdle = Self.milliseconds(upstream?.idleTimeoutSeconds ?? limits.upstreamIdleTimeoutSeconds)
        upstreamKeepAlive = Self.milliseconds(
            upstream?.keepAliveTimeoutSeconds ?? limits.upstreamKeepAliveTimeoutSeconds)
        let age = upstream?.maxConnectionAgeSeconds ?? 0
        upstreamAge = age > 0 ? Self.milliseconds(age) : 0
        tlsHandshake = Self.milliseconds(limits.tlsHandshakeTimeoutSeconds)
        slowClient = Self.milliseconds(limits.slowClientSeconds)
        tunnelIdle = Self.milliseconds(limits.tunnelIdleTimeoutSeconds)
    }

    static func milliseconds(_ seconds: Double) -> Int64 { Int64(min(max(seconds * 1000, 1), 1e12)) }
}

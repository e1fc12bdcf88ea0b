internal import Configuration

/// The configuration's time-outs in milliseconds.
struct Times {
    let head: Int64
    let bodyIdle: Int64
    let keepAlive: Int64
    let upstreamConnect: Int64
    let upstreamFirstByte: Int64
    let upstreamIdle: Int64
    let upstreamKeepAlive: Int64
    let tunnelIdle: Int64

    init(_ limits: LimitConfiguration) {
        head = Self.milliseconds(limits.headTimeoutSeconds)
        bodyIdle = Self.milliseconds(limits.bodyIdleTimeoutSeconds)
        keepAlive = Self.milliseconds(limits.keepAliveTimeoutSeconds)
        upstreamConnect = Self.milliseconds(limits.upstreamConnectTimeoutSeconds)
        upstreamFirstByte = Self.milliseconds(limits.upstreamFirstByteTimeoutSeconds)
        upstreamIdle = Self.milliseconds(limits.upstreamIdleTimeoutSeconds)
        upstreamKeepAlive = Self.milliseconds(limits.upstreamKeepAliveTimeoutSeconds)
        tunnelIdle = Self.milliseconds(limits.tunnelIdleTimeoutSeconds)
    }

    private static func milliseconds(_ seconds: Double) -> Int64 { Int64(min(max(seconds * 1000, 1), 1e12)) }
}

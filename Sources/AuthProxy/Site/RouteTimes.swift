internal import SallyportConfiguration

/// A route's own time-outs in milliseconds; nil leaves the upstream's, or that of the limits.
struct RouteTimes: Sendable {
    let bodyIdle: Int64?
    let upstreamFirstByte: Int64?
    let upstreamIdle: Int64?
    let tunnelIdle: Int64?

    /// Those of a configuration; nil for a route without any.
    init?(_ timeouts: RouteTimeouts) {
        guard !timeouts.isEmpty else { return nil }
        bodyIdle = timeouts.bodyIdleSeconds.map(Times.milliseconds)
        upstreamFirstByte = timeouts.upstreamFirstByteSeconds.map(Times.milliseconds)
        upstreamIdle = timeouts.upstreamIdleSeconds.map(Times.milliseconds)
        tunnelIdle = timeouts.tunnelIdleSeconds.map(Times.milliseconds)
    }
}

/// The time-outs that an exchange follows: the route's where it has some, then the upstream's.
extension Exchange {
    /// Without progress in the request's body.
    var bodyIdleTimeout: Int64 { ownTimes?.bodyIdle ?? worker.times.bodyIdle }

    /// From the request's last byte to the first of the answer.
    func firstByteTimeout(_ upstream: UpstreamConnection) -> Int64 {
        ownTimes?.upstreamFirstByte ?? upstream.pool.times.upstreamFirstByte
    }

    /// Without progress in the answer's body.
    func idleTimeout(_ upstream: UpstreamConnection) -> Int64 {
        ownTimes?.upstreamIdle ?? upstream.pool.times.upstreamIdle
    }

    /// A tunnel without a byte.
    var tunnelIdleTimeout: Int64 { ownTimes?.tunnelIdle ?? worker.times.tunnelIdle }
}

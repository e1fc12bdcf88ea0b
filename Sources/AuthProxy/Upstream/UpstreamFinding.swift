internal import SallyportConfiguration
internal import EventIO

/// Something about an upstream that one loop has found out for all of them.
struct UpstreamFinding: Sendable {
    enum What: Sendable {
        /// Its endpoints, as their names resolve now.
        case places([UpstreamPlace])
        /// Whether an endpoint passes its health checks.
        case health(SocketAddress, isUp: Bool)
    }

    let upstream: String
    /// That of the upstream which was looked at: one of the same name that was configured since is another.
    let configuration: UpstreamConfiguration
    let what: What
}

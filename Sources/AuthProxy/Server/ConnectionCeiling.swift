internal import EventIO
internal import SallyportConfiguration

/// How many clients may be connected at once: `limits.max_connections`, and no more than the descriptors of the process
/// reach for.
///
/// A client needs a second descriptor when its request needs a connection to an application. New clients have to wait
/// before those that are there find none, and before stores, logs and reloads do. Of connections to applications there are
/// no more than clients, and no more than the pools may have; an HTTP/2 client may need several, which its pool's queue
/// bears.
struct ConnectionCeiling {
    /// What the configuration asks for.
    let wanted: Int
    /// What there may be.
    let count: Int
    /// The descriptors that the process may have.
    let descriptors: Int

    /// - Parameters:
    ///   - wanted: `limits.max_connections`.
    ///   - descriptors: how many the process may have.
    ///   - taken: how many of them it has before the first client comes.
    ///   - upstreams: how many connections all pools may have.
    init(wanted: Int, descriptors: Int, taken: Int, upstreams: Int) {
        self.wanted = wanted
        self.descriptors = descriptors
        let left = max(descriptors - taken - min(Self.spare, descriptors / 4), 0)
        count = max(min(wanted, max(left / 2, left - upstreams)), 1)
    }

    /// Connections of stores, health checks, look-ups, fetches of keys and operators; files that a reload reads.
    private static let spare = 128

    /// Whether it is less than half of what was asked for, or of something else than the default.
    var isMuchLower: Bool { count < wanted / 2 || count < wanted && wanted != LimitConfiguration().maxConnections }

    /// What the operator is told; nil where he gets what he asks for.
    var complaint: String? {
        guard count < wanted else { return nil }
        return "the process may have \(descriptors) descriptors (RLIMIT_NOFILE), which is enough for \(count) "
            + "connections of clients, not for the \(wanted) of limits.max_connections: more have to wait to be accepted"
    }
}

extension ConnectionCeiling {
    /// The ceiling for a configuration.
    init(_ site: Site, workers: Int, taken: Int) {
        let limits = site.configuration.limits
        let upstreams = site.upstreams.reduce(0) { sum, upstream in
            sum + upstream.places.count * (upstream.configuration.maxConnections ?? limits.maxUpstreamConnections)
        }
        self.init(
            wanted: limits.maxConnections, descriptors: DescriptorLimit.current, taken: taken,
            upstreams: upstreams * workers)
    }
}

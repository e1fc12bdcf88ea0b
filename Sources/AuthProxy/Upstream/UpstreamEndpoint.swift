internal import EventIO

/// One address of an upstream, as one loop sees it: its connections, and whether it works.
///
/// It belongs to its loop.
final class UpstreamEndpoint {
    let place: UpstreamPlace
    var address: SocketAddress { place.address }
    /// Connections that wait for an exchange; the one that was used last is the last one, for it is the most alive.
    var idle: [UpstreamConnection] = []
    /// All connections, those too that are being opened.
    var openCount = 0
    /// Changed by the pool only, which knows what follows from it.
    var health = EndpointHealth()
    /// Whether it gets requests: it belongs to the upstream, is not ejected and not down.
    var isUsable = true

    init(_ place: UpstreamPlace) { self.place = place }

    deinit { assert(openCount == 0, "an endpoint's connections refer to it") }

    /// Connections that serve an exchange, or will.
    @inline(__always)
    var activeCount: Int { openCount &- idle.count }
}

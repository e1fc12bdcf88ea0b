internal import EventIO

/// An address of an upstream, with the host that the configuration names for it: what its certificate has to be for.
struct UpstreamPlace: Sendable, Equatable {
    var address: SocketAddress
    /// A name or a numeric address; empty for a Unix socket.
    var host: String
}

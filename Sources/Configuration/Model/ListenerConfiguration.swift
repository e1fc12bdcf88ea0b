/// One place where clients connect.
public struct ListenerConfiguration: Sendable, Equatable {
    /// A TCP address or a Unix socket.
    public enum Address: Sendable, Hashable {
        /// A numeric IPv4 or IPv6 host and a port; port 0 takes any free one.
        case tcp(host: String, port: UInt16)
        /// The path of a Unix socket.
        case unix(path: String)
    }

    /// Where to listen.
    public var address: Address

    /// Describes a listener.
    public init(address: Address) {
        self.address = address
    }
}

public import EventIO

/// One place where clients connect.
public struct ListenerConfiguration: Sendable, Equatable {
    /// A TCP address or a Unix socket.
    public enum Address: Sendable, Hashable {
        /// A numeric IPv4 or IPv6 host and a port; port 0 takes any free one.
        case tcp(host: String, port: UInt16)
        /// The path of a Unix socket.
        case unix(path: String)
    }

    /// What is spoken on a listener.
    public struct Protocols: Sendable, Equatable {
        /// HTTP/1.1, and HTTP/1.0.
        public var http1: Bool
        /// HTTP/2; without TLS it is known beforehand, and with HTTP/1.1 beside it told by its preface.
        public var http2: Bool

        /// Describes what is spoken.
        public init(http1: Bool = true, http2: Bool = false) {
            self.http1 = http1
            self.http2 = http2
        }
    }

    /// TLS on a listener.
    public struct TLS: Sendable, Equatable {
        /// Certificates, what is asked of clients, versions and protocols.
        public var server: TLSServerSettings
        /// What browsers are told about this host (RFC 6797); nil: nothing.
        public var strictTransport: StrictTransportConfiguration?

        /// Describes TLS.
        public init(_ server: TLSServerSettings, strictTransport: StrictTransportConfiguration? = nil) {
            self.server = server
            self.strictTransport = strictTransport
        }

        /// Whether a client is asked for a certificate.
        public var asksForCertificates: Bool { server.sites.contains { $0.clientCertificates != .off } }
    }

    /// Where to listen.
    public var address: Address
    /// What is spoken there.
    public var protocols: Protocols
    /// Whether each connection begins with a header of the PROXY protocol.
    public var proxyProtocol: Bool
    /// Whether TLS is spoken; nil for plain TCP.
    public var tls: TLS?
    /// Sends clients to HTTPS; nil where they are served.
    public var redirect: HTTPSRedirectConfiguration?

    /// Describes a listener.
    public init(
        address: Address, protocols: Protocols = Protocols(), proxyProtocol: Bool = false, tls: TLS? = nil,
        redirect: HTTPSRedirectConfiguration? = nil
    ) {
        self.address = address
        self.protocols = protocols
        self.proxyProtocol = proxyProtocol
        self.tls = tls
        self.redirect = redirect
    }
}

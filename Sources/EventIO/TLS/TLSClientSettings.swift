/// How a client speaks TLS.
public struct TLSClientSettings: Sendable, Hashable {
    /// Whose certificates a server may have.
    public enum Trust: Sendable, Hashable {
        /// Those that the system trusts.
        case system
        /// Those that lead to a certificate of this PEM file, and no others.
        case authorities(file: String)
        /// Anybody's: the connection is encrypted, but nobody knows with whom.
        case anybody
    }

    /// Whose certificates a server may have.
    public var trust: Trust
    /// What the client shows when it is asked.
    public var certificate: TLSCertificateFiles?
    /// Protocols to offer (ALPN, RFC 7301), the best first.
    public var protocols: [String]

    /// Settings.
    public init(
        trust: Trust = .system, certificate: TLSCertificateFiles? = nil, protocols: [String] = []
    ) {
        self.trust = trust
        self.certificate = certificate
        self.protocols = protocols
    }
}

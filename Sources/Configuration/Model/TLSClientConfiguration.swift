public import EventIO

/// How TLS is spoken to a server: to an application, or to a Redis.
public struct TLSClientConfiguration: Sendable, Equatable {
    /// A certificate with its key.
    public struct Certificate: Sendable, Equatable {
        /// The certificate, followed by the intermediate ones.
        public var chain: TLSFile
        /// The private key.
        public var key: TLSFile

        /// Describes a certificate.
        public init(chain: TLSFile, key: TLSFile) {
            self.chain = chain
            self.key = key
        }
    }

    /// Whose certificates are accepted; nil for those that the system trusts.
    public var authorities: TLSFile?
    /// What we show when we are asked.
    public var certificate: Certificate?
    /// The name that is asked for (SNI) and that the server's certificate has to be for; nil for the server's own.
    public var serverName: String?
    /// Whether the server's certificate is looked at.
    public var isVerified = true

    /// The system's authorities, and no certificate of our own.
    public init() {}

    /// The same for a context of connections.
    ///
    /// - Parameter protocols: what to offer (ALPN, RFC 7301).
    public func settings(protocols: [String] = []) -> TLSClientSettings {
        let trust = authorities.map { TLSClientSettings.Trust.authorities(file: $0.path) } ?? .system
        return TLSClientSettings(
            trust: isVerified ? trust : .anybody,
            certificate: certificate.map { TLSCertificateFiles(certificate: $0.chain.path, key: $0.key.path) },
            protocols: protocols)
    }
}

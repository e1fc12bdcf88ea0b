/// How a server speaks TLS.
public struct TLSServerSettings: Sendable, Hashable {
    /// Whether clients are asked for a certificate.
    public enum ClientCertificates: String, Sendable, Hashable, CaseIterable {
        /// They are not.
        case off
        /// They are; one that is shown has to be good.
        case optional
        /// They are, and without one there is no connection.
        case required
    }

    /// A certificate of the server, and what is asked of the clients of its names.
    public struct Site: Sendable, Hashable {
        /// The certificate.
        public var certificate: TLSCertificateFiles
        /// Whether clients are asked for one of theirs.
        public var clientCertificates: ClientCertificates
        /// A PEM file with the authorities of clients' certificates; needed unless ``clientCertificates`` is off.
        public var clientAuthorities: String?

        /// A site.
        public init(
            certificate: TLSCertificateFiles, clientCertificates: ClientCertificates = .off,
            clientAuthorities: String? = nil
        ) {
            self.certificate = certificate
            self.clientCertificates = clientCertificates
            self.clientAuthorities = clientAuthorities
        }
    }

    /// The oldest version that is spoken.
    public enum Version: String, Sendable, Hashable, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// The sites; the first is for clients that name no server, or none of ours.
    public var sites: [Site]
    /// Protocols that may be chosen (ALPN, RFC 7301), the best first; a client that offers others only is refused.
    public var protocols: [String]
    /// The oldest version that is spoken.
    public var minimumVersion = Version.tls12
    /// Whether clients get tickets with which they resume a session.
    public var hasTickets = true

    /// Settings.
    public init(sites: [Site], protocols: [String] = []) {
        self.sites = sites
        self.protocols = protocols
    }

    /// Settings of sites that ask the same of clients.
    public init(
        certificates: [TLSCertificateFiles], clientCertificates: ClientCertificates = .off,
        clientAuthorities: String? = nil, protocols: [String] = []
    ) {
        let sites = certificates.map {
            Site(certificate: $0, clientCertificates: clientCertificates, clientAuthorities: clientAuthorities)
        }
        self.init(sites: sites, protocols: protocols)
    }
}

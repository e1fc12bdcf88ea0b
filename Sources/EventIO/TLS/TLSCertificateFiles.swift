/// A certificate with its chain and its private key, as PEM files.
public struct TLSCertificateFiles: Sendable, Hashable {
    /// The certificate, followed by the intermediate ones.
    public var certificate: String
    /// The private key, without a passphrase.
    public var key: String

    /// A pair of files.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

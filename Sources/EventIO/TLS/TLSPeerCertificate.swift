internal import COpenSSL

/// What a peer's certificate says, once it was accepted. Its values come from the peer, as its authority signed them.
public struct TLSPeerCertificate: Sendable, Equatable {
    /// The subject (RFC 2253), printable ASCII: `CN=alice,O=Example`.
    public var subject: String
    /// The alternative names, with their kinds: `DNS:host`, `IP:192.0.2.1`, `email:alice@example.com`, `URI:spiffe://…`.
    public var alternativeNames: [String]
    /// SHA-256 of the certificate, in hexadecimal.
    public var fingerprint: String

    init(_ certificate: OpaquePointer) {
        let names = unsafe TLSCertificateNames(certificate)
        subject = names.subject
        alternativeNames =
            names.hosts.map { "DNS:\($0)" } + names.addresses.map { "IP:\($0)" }
            + names.mailboxes.map { "email:\($0)" } + names.uris.map { "URI:\($0)" }
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let isDone = unsafe X509_digest(certificate, EVP_sha256(), &digest, &length) == 1
        let digits = Array("0123456789abcdef")
        fingerprint = isDone ? String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) : ""
    }
}

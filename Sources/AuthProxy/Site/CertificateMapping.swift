internal import SallyportConfiguration
internal import EventIO

/// How a client's certificate becomes header lines for an application. A name that the certificate lacks leaves no line:
/// the client's copy is already gone. A value that cannot stand in a field without being misread is refused.
///
/// A class, so that a connection may keep a rendering with the mapping that it is of.
final class CertificateMapping: Sendable {
    private let fields: [(name: String, value: RouteConfiguration.CertificateValue)]

    /// - Returns: nil where the application is told nothing.
    init?(_ fields: [(name: String, value: RouteConfiguration.CertificateValue)]) {
        guard !fields.isEmpty else { return nil }
        self.fields = fields
    }

    /// The header lines, CRLF and all.
    func render(_ certificate: TLSPeerCertificate) throws(IdentityMapping.Failure) -> [UInt8] {
        var lines: [UInt8] = []
        for (name, value) in fields {
            let texts = Self.texts(value, certificate)
            guard !texts.isEmpty else { continue }
            // A comma within a name would make two of it. The subject has commas of its own, and stands alone.
            guard value == .subject || !texts.contains(where: { $0.utf8.contains(UInt8(ascii: ",")) }) else {
                throw IdentityMapping.Failure(field: name, reason: "has a comma in one of the certificate's names")
            }
            let text = Array(texts.joined(separator: ",").utf8)
            guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
                throw IdentityMapping.Failure(
                    field: name, reason: "has a control byte or a letter that is not ASCII in the certificate")
            }
            lines += Array("\(name): ".utf8) + text + Array("\r\n".utf8)
            guard lines.count <= IdentityMapping.limit else {
                throw IdentityMapping.Failure(field: name, reason: "is too long for a header")
            }
        }
        return lines
    }

    private static func texts(
        _ value: RouteConfiguration.CertificateValue, _ certificate: TLSPeerCertificate
    ) -> [String] {
        switch value {
        case .subject: certificate.subject.isEmpty ? [] : [certificate.subject]
        case .dnsNames: names("DNS:", certificate)
        case .emailAddresses: names("email:", certificate)
        case .uris: names("URI:", certificate)
        case .ipAddresses: names("IP:", certificate)
        case .fingerprint: [certificate.fingerprint]
        }
    }

    private static func names(_ kind: String, _ certificate: TLSPeerCertificate) -> [String] {
        certificate.alternativeNames.filter { $0.hasPrefix(kind) }.map { String($0.dropFirst(kind.count)) }
    }
}

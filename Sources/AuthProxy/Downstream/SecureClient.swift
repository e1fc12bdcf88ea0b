internal import EventIO
internal import HTTPWire

/// What is known of a client that speaks TLS with us. It belongs to its connection, and plain ones have none.
final class SecureClient {
    /// The version of TLS, for the access log.
    let version: StaticString
    /// What was asked of the client in the handshake.
    private let policy: TLSClientPolicy
    /// The host that was found good last, under these rules.
    private var host: [UInt8] = []
    private var hostRules: ListenerRules?
    /// The certificate as an application was told of it last, by this mapping.
    private var told: (mapping: CertificateMapping, lines: [UInt8])?

    init(_ information: TLSInformation, _ policy: TLSClientPolicy) {
        version = information.version == "TLSv1.3" ? "TLSv1.3" : "TLSv1.2"
        self.policy = policy
    }

    /// Whether no more is asked of the clients of a host than was asked of this one, or less, or something else.
    ///
    /// - Parameter host: in lower case, without port.
    func maySpeak(for host: RawSpan, _ rules: ListenerRules, _ context: TLSServerContext) -> Bool {
        guard context.asksForCertificates || policy.asksForCertificate else { return true }
        let range = ByteRange(0, host.byteCount)
        if hostRules === rules, host.isEqual(range, to: self.host) { return true }
        guard context.clientPolicy(for: host.string(range)) == policy else { return false }
        hostRules = rules
        self.host = host.array(range)
        return true
    }

    /// The client's certificate as header lines for an application.
    func lines(
        _ mapping: CertificateMapping, of certificate: @autoclosure () -> TLSPeerCertificate?
    ) throws(IdentityMapping.Failure) -> [UInt8] {
        if let told, told.mapping === mapping { return told.lines }
        var lines: [UInt8] = []
        if let certificate = certificate() { lines = try mapping.render(certificate) }
        told = (mapping, lines)
        return lines
    }
}

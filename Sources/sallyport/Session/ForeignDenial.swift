internal import AuthProxy
internal import SallyportConfiguration
internal import Tokens

/// `session end --issuer`: what has no session here is denied.
struct ForeignDenial {
    let key: DenialKey

    /// - Throws: `.usage` for an issuer that the configuration does not name: nothing would ask for such an entry.
    init(issuer: String, session: String?, subject: String?, _ configuration: ProxyConfiguration) throws(CommandFailure)
    {
        guard configuration.issuers.contains(where: { $0.issuer == issuer }) else {
            throw .usage("The configuration names no issuer “\(issuer)”.")
        }
        key =
            if let subject {
                DenialKey(.subject, issuer: issuer, name: subject)
            } else {
                DenialKey(.session, issuer: issuer, name: session ?? "")
            }
    }

    func run(_ configuration: ProxyConfiguration) async throws {
        let key = key
        try await ManagerSession.run(configuration) { manager in try await manager.deny(key) }
        let event = AuditEvent(
            .sessionEnded(reason: .operator), sid: key.kind == .session ? key.name : nil,
            sub: key.kind == .subject ? key.name : nil)
        OperatorAudit.record([event], configuration.logging)
        StandardOutput.writeLine(JSONWriter.text(["denied": true]))
    }
}

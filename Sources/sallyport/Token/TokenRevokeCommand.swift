internal import ArgumentParser
internal import AuthProxy
internal import Tokens

/// `sallyport token revoke`.
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a token off the list.",
        discussion: """
            Running proxies follow at once. Prints {"revoked":true}; a token that was not on the list is \
            {"revoked":false} and exit code 1. Only its signature is looked at: an expired token may be revoked too.

            A good token of a foreign issuer is denied until it expires.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var argument: TokenArgument

    func run() async throws {
        let configuration = try options.load()
        let text = try argument.text()
        let wasListed = try await ManagerSession.run(configuration) { manager throws(TokenError) in
            try await manager.revokeToken(text)
        }
        StandardOutput.writeLine(JSONWriter.text(["revoked": .boolean(wasListed)]))
        guard wasListed else { throw CommandFailure.no("the token was not on the list") }
        OperatorAudit.record(Self.events(of: text), configuration.logging)
    }

    /// What the audit log tells of a token whose signature was found good.
    private static func events(of text: String) -> [AuditEvent] {
        do throws(TokenError) {
            let claims = try UnverifiedToken(text).claims
            // One of a foreign issuer need not say what it is.
            let type = claims["type"]?.string.flatMap { TokenType(rawValue: $0) } ?? .access
            return [
                AuditEvent(
                    .tokenRevoked(type: type), sid: claims["sid"]?.string, sub: claims["sub"]?.string,
                    jti: claims["jti"]?.string)
            ]
        } catch {
            return []
        }
    }
}

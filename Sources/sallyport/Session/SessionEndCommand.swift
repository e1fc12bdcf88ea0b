internal import ArgumentParser
internal import AuthProxy
internal import Tokens

/// `sallyport session end`.
struct SessionEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End one session, or all of a user.",
        discussion: """
            Running proxies follow at once: every token of the session is revoked. Prints {"ended":N}; where nothing \
            lived, the exit code is 1.

            With --issuer it is about somebody else's tokens: those of the issuer's session or user that were issued until \
            now are denied, for as long as one may live (issuers[].longest_life_seconds), and {"denied":true} is printed.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The session (sid).", valueName: "sid"))
    var session: String?

    @Option(
        name: .customLong("all-of"), help: ArgumentHelp("End all sessions of this user instead.", valueName: "subject"))
    var subject: String?

    @Option(help: ArgumentHelp("The foreign issuer whose session or user it is.", valueName: "iss"))
    var issuer: String?

    func validate() throws {
        guard (session == nil) != (subject == nil) else {
            throw ValidationError("Name one session, or a user with --all-of.")
        }
    }

    func run() async throws {
        let configuration = try options.load()
        if let issuer {
            let denial = try ForeignDenial(issuer: issuer, session: session, subject: subject, configuration)
            return try await denial.run(configuration)
        }
        let (ended, records) = try await ManagerSession.run(configuration) { manager in
            try await end(with: manager)
        }
        OperatorAudit.record(
            records.map { AuditEvent(.sessionEnded(reason: .operator), sid: $0.identifier, sub: $0.subject) },
            configuration.logging)
        StandardOutput.writeLine(JSONWriter.text(["ended": .integer(Int64(ended))]))
        guard ended > 0 else { throw CommandFailure.no("no session lived") }
    }

    /// How many sessions ended, and which of them were known beforehand.
    private func end(with manager: JWTManager) async throws(TokenError) -> (Int, [SessionRecord]) {
        if let subject {
            let records = try await manager.sessions(of: subject)
            return (try await manager.endAllSessions(of: subject), records)
        }
        let identifier = session ?? ""
        let record = try await manager.session(identifier)
        return try await manager.endSession(identifier) ? (1, record.map { [$0] } ?? []) : (0, [])
    }
}

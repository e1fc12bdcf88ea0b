internal import ArgumentParser
internal import AuthProxy
internal import Tokens

/// `sallyport session list`.
struct SessionListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the living sessions of a user, the oldest first.",
        discussion: """
            One JSON object a line; times are seconds since the epoch. expires_at is when the session is over unless it \
            is refreshed, ends_at when it is over in any case (tokens.session_absolute_seconds), or null.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The user (sub).", valueName: "subject"))
    var subject: String

    func run() async throws {
        let configuration = try options.load()
        let settings = TokenSettings(configuration.tokens)
        let sessions = try await ManagerSession.run(configuration) { manager throws(TokenError) in
            try await manager.sessions(of: subject)
        }
        for session in sessions { StandardOutput.writeLine(JSONWriter.text(Self.line(session, settings))) }
    }

    private static func line(_ session: SessionRecord, _ settings: TokenSettings) -> JSONValue {
        [
            "sid": .string(session.identifier), "sub": .string(session.subject),
            "created_at": .integer(session.createdAt), "last_seen_at": .integer(session.lastSeenAt),
            "expires_at": .integer(session.expiresAt),
            "ends_at": settings.absoluteEnd(of: session).map { .integer($0) } ?? .null,
            "client_address": .string(session.clientAddress),
            "user_agent": session.userAgent.map { .string($0) } ?? .null, "gen": .integer(session.current.number),
        ]
    }
}

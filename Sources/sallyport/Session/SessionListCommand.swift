internal import ArgumentParser
internal import Tokens

/// `sallyport session list`.
struct SessionListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the living sessions of a user, the oldest first.",
        discussion: "One JSON object a line; times are seconds since the epoch.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The user (sub).", valueName: "subject"))
    var subject: String

    func run() async throws {
        let sessions = try await ManagerSession.run(try options.load()) { manager throws(TokenError) in
            try await manager.sessions(of: subject)
        }
        for session in sessions { StandardOutput.writeLine(JSONWriter.text(Self.line(session))) }
    }

    private static func line(_ session: SessionRecord) -> JSONValue {
        [
            "sid": .string(session.identifier), "sub": .string(session.subject),
            "created_at": .integer(session.createdAt), "last_seen_at": .integer(session.lastSeenAt),
            "expires_at": .integer(session.expiresAt), "client_address": .string(session.clientAddress),
            "user_agent": session.userAgent.map { .string($0) } ?? .null, "gen": .integer(session.current.number),
        ]
    }
}

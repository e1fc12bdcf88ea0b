internal import ArgumentParser
internal import Tokens

/// `sallyport session end`.
struct SessionEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End one session, or all of a user.",
        discussion: """
            Running proxies follow at once: every token of the session is revoked. Prints {"ended":N}; where nothing \
            lived, the exit code is 1.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The session (sid).", valueName: "sid"))
    var session: String?

    @Option(
        name: .customLong("all-of"), help: ArgumentHelp("End all sessions of this user instead.", valueName: "subject"))
    var subject: String?

    func validate() throws {
        guard (session == nil) != (subject == nil) else {
            throw ValidationError("Name one session, or a user with --all-of.")
        }
    }

    func run() async throws {
        let ended = try await ManagerSession.run(try options.load()) { manager throws(TokenError) -> Int in
            if let subject { return try await manager.endAllSessions(of: subject) }
            return try await manager.endSession(session ?? "") ? 1 : 0
        }
        StandardOutput.writeLine(JSONWriter.text(["ended": .integer(Int64(ended))]))
        guard ended > 0 else { throw CommandFailure.no("no session lived") }
    }
}

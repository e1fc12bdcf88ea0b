internal import ArgumentParser
internal import Tokens

/// `sallyport token issue`.
struct TokenIssueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issue a token and print it.",
        discussion: "The token is signed with the configuration's first key and put on the store's list.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var data: DataOptions

    @Option(help: "What it is for: access, refresh or websocket.")
    var type: TokenType = .access

    @Option(help: ArgumentHelp("Its lifetime; without it, that of the configuration.", valueName: "seconds"))
    var expiresIn: Int64?

    @Option(help: ArgumentHelp("The living session that it belongs to; without it, one of its own.", valueName: "sid"))
    var session: String?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        if let expiresIn, expiresIn < 1 { throw ValidationError("--expires-in is at least 1.") }
    }

    func run() async throws {
        let claims = try data.claims()
        let issued = try await ManagerSession.run(try options.load()) { manager throws(TokenError) in
            try await manager.createToken(
                claims, type: type, expiresIn: expiresIn, client: client.identity, session: session)
        }
        StandardOutput.writeLine(issued.text)
    }
}

internal import ArgumentParser

/// `sallyport token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Issue, look into, verify and revoke tokens.",
        subcommands: [
            TokenIssueCommand.self, TokenInspectCommand.self, TokenVerifyCommand.self, TokenRevokeCommand.self,
        ])
}

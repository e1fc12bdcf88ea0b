internal import ArgumentParser

/// `sallyport session`.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Issue, list and end sessions.",
        subcommands: [SessionIssueCommand.self, SessionListCommand.self, SessionEndCommand.self])
}

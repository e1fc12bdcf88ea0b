internal import ArgumentParser

/// The command `sallyport`.
struct Sallyport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sallyport",
        abstract: "A gate in front of web applications: it verifies who is calling and tells the application.",
        discussion: """
            Exit codes: 0 done, 1 no (an invalid token, a bad configuration), 2 usage, 3 the store is unreachable.
            """,
        version: ProductVersion.current,
        subcommands: [
            ServeCommand.self, DemoCommand.self, CheckCommand.self, TokenCommand.self, SessionCommand.self,
            StoreCommand.self, KeysCommand.self, VersionCommand.self,
        ])
}

internal import ArgumentParser

/// `sallyport keys`.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, change and publish keys.",
        subcommands: [KeysGenerateCommand.self, KeysRotateCommand.self, KeysExportCommand.self])
}

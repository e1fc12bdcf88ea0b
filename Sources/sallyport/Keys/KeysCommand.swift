internal import ArgumentParser

/// `sallyport keys`.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make keys.", subcommands: [KeysGenerateCommand.self])
}

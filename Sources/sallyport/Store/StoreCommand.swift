internal import ArgumentParser

/// `sallyport store`.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Check, compact, export and import what a store holds.",
        discussion: "All of it may be done while proxies run on the store.",
        subcommands: [
            StoreCheckCommand.self, StoreCompactCommand.self, StoreExportCommand.self, StoreImportCommand.self,
        ])
}

internal import ArgumentParser

/// `sallyport version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        StandardOutput.writeLine("sallyport \(ProductVersion.current)")
    }
}

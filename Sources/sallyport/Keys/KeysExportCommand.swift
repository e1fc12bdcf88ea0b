internal import ArgumentParser
internal import AuthProxy
internal import SallyportConfiguration
internal import Tokens

/// `sallyport keys export`.
struct KeysExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the public keys.",
        discussion: """
            One JSON Web Key Set (RFC 7517), as a running proxy publishes it at /.sallyport/jwks.json, or PEM. Secrets \
            are never printed; where there is nothing else, the exit code is 1.
            """)

    @Option(help: ArgumentHelp("The configuration file of the proxy.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("keys"),
        help: ArgumentHelp("A file with a JSON Web Key, a set of them, or PEM blocks instead.", valueName: "file"))
    var keyFile: String?

    @Flag(help: "Print PEM blocks.")
    var pem = false

    func validate() throws {
        guard (config == nil) != (keyFile == nil) else {
            throw ValidationError("Say where the keys are: one of --config and --keys.")
        }
    }

    func run() throws {
        let keys: TokenKeys
        do {
            if let config {
                keys = try TokenKeys(try ConfigurationOptions.load(config).tokens)
            } else {
                keys = try Self.keys(of: keyFile ?? "")
            }
        } catch let error as TokenKeyError {
            throw CommandFailure.no("\(error)")
        }
        let now = WallClock.system.now
        let set = keys.publicJWKSet(at: now)
        guard set["keys"]?.array?.isEmpty == false else {
            throw CommandFailure.no("there is no public key: secrets are not given away")
        }
        guard pem else { return StandardOutput.writeLine(JSONWriter.text(set)) }
        // A key that may be for several algorithms is one key here.
        var written: Set<[UInt8]> = []
        for key in keys.all where key.expiresAt.map({ $0 > now }) ?? true {
            if let text = key.publicPEM, written.insert(text).inserted { StandardOutput.write(text) }
        }
    }

    private static func keys(of path: String) throws(TokenKeyError) -> TokenKeys {
        switch ConfigurationFiles.system.read(path) {
        case .success(let content): return try TokenKeys(file: content.bytes)
        case .failure(let error): throw TokenKeyError(.none, "\(path) cannot be read: \(error)")
        }
    }
}

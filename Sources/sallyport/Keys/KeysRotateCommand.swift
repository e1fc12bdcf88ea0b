internal import ArgumentParser
internal import SallyportConfiguration
internal import Tokens

/// `sallyport keys rotate`.
struct KeysRotateCommand: ParsableCommand {
    /// For how long proxies may go on signing with the old key before they are reloaded.
    private static let reloadMarginSeconds: Int64 = 86_400

    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Sign with a new key from now on.",
        discussion: """
            Changes the file of tokens.keys: {file: FILE} in one step. The key that signed so far verifies until its \
            last token has expired; keys that have reached that end are removed. Running proxies follow when they are \
            reloaded (SIGHUP), within a day. Several proxies that share their sessions need two steps, so that none \
            gets a token of a key that it does not know: --prepare and a reload of all, then the rotation and a reload \
            of all. Prints {"kid":…,"state":"active"}, or "next" for a prepared key.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Only add the key that the next rotation makes the signing one.")
    var prepare = false

    @Option(
        help: ArgumentHelp("The new key's algorithm; without it, that of the key it replaces.", valueName: "alg"))
    var algorithm: SignatureAlgorithm?

    @Option(help: ArgumentHelp("The new key's name (kid); without it, a random one.", valueName: "name"))
    var kid: String?

    @Option(
        help: ArgumentHelp(
            "How long the old key still verifies.",
            discussion:
                "Without it, as long as the longest-lived token of the configuration, and a day for the reload.",
            valueName: "seconds"))
    var keepSeconds: Int64?

    func validate() throws {
        if let keepSeconds, !(0...315_360_000).contains(keepSeconds) {
            throw ValidationError("--keep-seconds is from 0 to 315360000.")
        }
        if keepSeconds != nil, prepare { throw ValidationError("--keep-seconds goes without --prepare.") }
        if kid?.isEmpty == true { throw ValidationError("--kid is empty.") }
    }

    func run() throws {
        let tokens = try options.load().tokens
        guard let file = tokens.keyFile else {
            throw CommandFailure.no(
                "tokens.keys names no file: make one with “sallyport keys generate --set --output FILE”, and write keys: {file: FILE}"
            )
        }
        let longest = max(
            tokens.accessTokenExpireSeconds, tokens.refreshTokenExpireSeconds, tokens.websocketTokenExpireSeconds)
        let lifetime = keepSeconds ?? longest + Self.reloadMarginSeconds
        var name = ""
        try PrivateFile.replace(file) { () throws(CommandFailure) in
            do throws(TokenKeyError) {
                // Read again under the lock that the new file is.
                var set = try SigningKeySet(json: try Self.content(of: file))
                let now = WallClock.system.now
                name =
                    prepare
                    ? try set.prepare(algorithm, identifier: kid, now: now)
                    : try set.rotate(algorithm, identifier: kid, lifetime: lifetime, now: now)
                return set.json
            } catch {
                throw .no("\(file): \(error)")
            }
        }
        StandardOutput.writeLine(
            JSONWriter.text(["kid": .string(name), "state": prepare ? "next" : "active"]))
    }

    private static func content(of path: String) throws(TokenKeyError) -> [UInt8] {
        switch ConfigurationFiles.system.read(path) {
        case .success(let content): return content.bytes
        case .failure(let error): throw TokenKeyError(.none, "it cannot be read: \(error)")
        }
    }
}

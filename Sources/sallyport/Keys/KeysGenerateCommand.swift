internal import ArgumentParser
internal import Tokens

/// `sallyport keys generate`.
struct KeysGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a secret that signs tokens.",
        discussion: """
            Without --jwk it is one line of base64url, to be used as it stands: as the value of JWT_SECRET_KEY, or as \
            the content of a file. With --jwk it is a JSON Web Key (RFC 7517) with the same strength.
            """)

    @Option(help: "HS256, HS384 or HS512.")
    var algorithm: SecretAlgorithm = .hs256

    @Flag(help: "Write a JSON Web Key.")
    var jwk = false

    @Option(help: ArgumentHelp("The name of the JSON Web Key (kid); without it, a random one.", valueName: "name"))
    var kid: String?

    @Option(
        help: ArgumentHelp(
            "A new file for the key, with mode 0600; without it, the standard output.",
            discussion: "A file that exists is never overwritten.", valueName: "file"))
    var output: String?

    func validate() throws {
        if kid != nil, !jwk { throw ValidationError("--kid goes with --jwk: a secret by itself has no name.") }
    }

    func run() throws {
        guard let secret = TokenKey.randomSecret(for: algorithm.signature) else {
            throw CommandFailure.no("\(algorithm.rawValue) takes no secret")
        }
        let line = jwk ? JSONWriter.text(webKey(secret)) : Base64URL.encode(secret.span)
        guard let output else { return StandardOutput.writeLine(line) }
        try PrivateFile.create(output, Array((line + "\n").utf8))
    }

    private func webKey(_ secret: [UInt8]) -> JSONValue {
        let random = TokenKey.randomSecret(for: .hs256)?.prefix(8) ?? []
        let name = kid ?? Base64URL.encode(Array(random).span)
        return [
            "kty": "oct", "use": "sig", "alg": .string(algorithm.rawValue), "kid": .string(name),
            "k": .string(Base64URL.encode(secret.span)),
        ]
    }
}

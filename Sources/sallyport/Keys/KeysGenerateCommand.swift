internal import ArgumentParser
internal import Tokens

/// `sallyport keys generate`.
struct KeysGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a key that signs tokens.",
        discussion: """
            For HS256, HS384 and HS512 it is a secret as one line of base64url, to be used as it stands: as the value \
            of JWT_SECRET_KEY, or as the content of a file. For the other algorithms it is a key pair in PEM (PKCS #8). \
            With --jwk it is a JSON Web Key (RFC 7517) with the same strength; with --set a set of such keys with this \
            one in it, for tokens.keys: {file: FILE}, which “sallyport keys rotate” changes.
            """)

    @Option(help: ArgumentHelp("HS256, RS256, PS256, ES256 and so on, or EdDSA.", valueName: "alg"))
    var algorithm: SignatureAlgorithm = .hs256

    @Flag(help: "Write a JSON Web Key.")
    var jwk = false

    @Flag(help: "Write a set of JSON Web Keys in which this one signs.")
    var set = false

    @Option(help: ArgumentHelp("The name of the JSON Web Key (kid); without it, a random one.", valueName: "name"))
    var kid: String?

    @Option(
        help: ArgumentHelp(
            "A new file for the key, with mode 0600; without it, the standard output.",
            discussion: "A file that exists is never overwritten.", valueName: "file"))
    var output: String?

    func validate() throws {
        if jwk, set { throw ValidationError("--jwk and --set are two forms: choose one.") }
        if kid != nil, !jwk, !set {
            throw ValidationError("--kid goes with --jwk or --set: a key by itself has no name.")
        }
        if kid?.isEmpty == true { throw ValidationError("--kid is empty.") }
    }

    func run() throws {
        let bytes: [UInt8]
        do throws(TokenKeyError) { bytes = try content() } catch { throw CommandFailure.no("\(error)") }
        guard let output else {
            StandardOutput.write(bytes)
            return
        }
        try PrivateFile.create(output, bytes)
    }

    private func content() throws(TokenKeyError) -> [UInt8] {
        let name = kid ?? TokenKey.randomIdentifier()
        if set { return try SigningKeySet(algorithm, identifier: name, now: WallClock.system.now).json }
        if let secret = TokenKey.randomSecret(for: algorithm) {
            let text = Base64URL.encode(secret.span)
            guard jwk else { return Array((text + "\n").utf8) }
            return Self.line([
                "kty": "oct", "use": "sig", "alg": .string(algorithm.rawValue), "kid": .string(name),
                "k": .string(text),
            ])
        }
        let key = try TokenKey.generate(algorithm, identifier: name)
        if jwk, let made = key.privateJWK { return Self.line(.object(made)) }
        guard !jwk, let pem = key.privatePEM else {
            throw TokenKeyError(.malformed, "the library does not give the new key away")
        }
        return pem
    }

    private static func line(_ value: JSONValue) -> [UInt8] { JSONWriter.bytes(value) + [0x0a] }
}

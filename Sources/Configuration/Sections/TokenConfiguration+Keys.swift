internal import Tokens

extension TokenConfiguration {
    /// Reads `algorithm:`, `secret:` and `keys:`.
    mutating func readKeys(_ reader: MappingReader, _ context: ReadingContext) {
        var written: SignatureAlgorithm?
        if let (text, node) = reader.string("algorithm") {
            written = AlgorithmText.read(text, node: node, context)
        }
        let list = reader.value("keys")
        let secret = reader.value("secret")
        if let list {
            if let secret {
                context.problems.report(secret, "stands beside keys: keep one of the two")
            }
            let usual = AlgorithmText.environment(reader.node, context) ?? written
            var keyReader = KeyListReader(context: context, usual: usual)
            if case .mapping = list.node.content {
                keyReader.readFile(list)
                keyFile = keyReader.file
            } else if let elements = reader.list("keys") {
                keyReader.readList(elements, at: list)
            }
            keys = keyReader.keys
        } else if let secret {
            let algorithm = AlgorithmText.environment(reader.node, context) ?? written ?? .hs256
            readSecret(at: secret, algorithm, context) { SecretReader(context: context).read(secret) }
        } else if !reader.has("keys"), !reader.has("secret") {
            readKeys(reader.node, algorithm: written, context)
        }
    }

    /// The key of a file that names none: `JWT_SECRET_KEY`.
    mutating func readKeys(_ node: ConfigurationNode, algorithm: SignatureAlgorithm?, _ context: ReadingContext) {
        let place = ConfigurationNode(node.node, keyPath: "tokens.secret", key: node.place)
        let algorithm = AlgorithmText.environment(place, context) ?? algorithm ?? .hs256
        readSecret(at: place, algorithm, context) {
            SecretReader(context: context).variable("JWT_SECRET_KEY", node: place)
        }
    }

    private mutating func readSecret(
        at node: ConfigurationNode, _ algorithm: SignatureAlgorithm, _ context: ReadingContext,
        _ read: () -> [UInt8]?
    ) {
        guard algorithm.isSymmetric else {
            context.problems.report(
                node.place, "tokens.algorithm",
                "is \(algorithm.rawValue), which signs with a key pair: write keys: [{kid: NAME, key: {file: PATH}}] in place of a secret"
            )
            return
        }
        guard let bytes = read() else { return }
        if let key = KeyListReader.secretKey(nil, algorithm, bytes, at: node, context) { keys = [key] }
    }

    /// A public key cannot tell whom a token is bound to: with a binding, each of its tokens would be refused.
    func checkBinding(of keyNode: ConfigurationNode?, _ context: ReadingContext) {
        guard addressBinding != .off || userAgentBinding != .off, let keyNode else { return }
        for key in keys {
            guard case .key(let read) = key.material, !read.isPrivate else { continue }
            let name = key.identifier.map { "“\($0)” " } ?? ""
            context.problems.report(
                keyNode,
                "holds the key \(name)without its private part, which cannot check the binding of its tokens: give the private key, or set both of tokens.binding to off"
            )
        }
    }
}

extension TokenConfiguration {
    /// The algorithms that a secret can have, with the length of their digest: the least that a key needs (RFC 7518
    /// §3.2).
    private static let digestBytes = ["HS256": 32, "HS384": 48, "HS512": 64]
    /// Algorithms of the schema that need other keys than secrets.
    private static let laterAlgorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]

    /// Reads `algorithm:`, `secret:` and `keys:`.
    mutating func readKeys(_ reader: MappingReader, _ context: ReadingContext) {
        var written: String?
        if let (text, node) = reader.string("algorithm") { written = Self.algorithm(text, node: node, context) }
        let list = reader.list("keys")
        let secret = reader.value("secret")
        if let list {
            if let secret {
                context.problems.report(secret, "stands beside keys: keep one of the two")
            }
            let usual = Self.environmentAlgorithm(reader.node, context) ?? written ?? "HS256"
            readList(list, usual: usual, reader, context)
        } else if let secret {
            let algorithm = Self.environmentAlgorithm(reader.node, context) ?? written ?? "HS256"
            guard let bytes = SecretReader(context: context).read(secret) else { return }
            append(Key(identifier: nil, algorithm: algorithm, secret: bytes), at: secret, context)
        } else if !reader.has("keys"), !reader.has("secret") {
            readKeys(reader.node, algorithm: written, context)
        }
    }

    /// The key of a file that names none: `JWT_SECRET_KEY`.
    mutating func readKeys(_ node: ConfigurationNode, algorithm: String?, _ context: ReadingContext) {
        let place = ConfigurationNode(node.node, keyPath: "tokens.secret", key: node.place)
        let algorithm = Self.environmentAlgorithm(place, context) ?? algorithm ?? "HS256"
        guard let bytes = SecretReader(context: context).variable("JWT_SECRET_KEY", node: place) else { return }
        append(Key(identifier: nil, algorithm: algorithm, secret: bytes), at: place, context)
    }

    private mutating func readList(
        _ list: [ConfigurationNode], usual: String, _ parent: MappingReader, _ context: ReadingContext
    ) {
        if list.isEmpty, let node = parent.value("keys") {
            context.problems.report(node, "is empty: write at least one {kid: NAME, secret: {env: NAME}}")
        }
        var seen: [String: Int] = [:]
        for element in list {
            guard let reader = MappingReader(element, context) else { continue }
            let identifier = reader.string("kid")
            if !reader.has("kid") {
                reader.reportMissing("kid", "is missing: write a name that tells this key from the others")
            }
            var algorithm: String? = usual
            if let (text, node) = reader.string("algorithm") {
                algorithm = Self.algorithm(text, node: node, context)
                if let outside = context.environment["JWT_ALGORITHM"], !outside.isEmpty, outside != text {
                    context.problems.warn(node, "stays as it is: JWT_ALGORITHM is for keys that name no algorithm")
                }
            }
            var secret: [UInt8]?
            if let node = reader.value("secret") {
                secret = SecretReader(context: context).read(node)
            } else if !reader.has("secret") {
                reader.reportMissing("secret", "is missing: write {env: NAME} or {file: PATH}")
            }
            reader.finish()
            guard let (name, node) = identifier else { continue }
            if let line = seen[name] {
                context.problems.report(node, "is “\(name)”, as in line \(line): each key needs a kid of its own")
            }
            seen[name] = node.place.line
            guard let algorithm, let secret else { continue }
            append(Key(identifier: name, algorithm: algorithm, secret: secret), at: element, context)
        }
    }

    private mutating func append(_ key: Key, at node: ConfigurationNode, _ context: ReadingContext) {
        guard let least = Self.digestBytes[key.algorithm] else { return }
        guard key.secret.count >= least else {
            context.problems.report(
                node,
                "is shorter than the \(least) bytes that \(key.algorithm) needs: make one with “sallyport keys generate”"
            )
            return
        }
        keys.append(key)
    }

    /// `JWT_ALGORITHM`, which wins over the file; nil if it is not set.
    private static func environmentAlgorithm(_ node: ConfigurationNode, _ context: ReadingContext) -> String? {
        guard let text = context.environment["JWT_ALGORITHM"], !text.isEmpty else { return nil }
        guard digestBytes[text] != nil else {
            context.problems.report(
                node.place, "tokens.algorithm",
                "is “\(text)” by the environment variable JWT_ALGORITHM: set it to HS256, HS384 or HS512")
            return nil
        }
        return text
    }

    private static func algorithm(_ text: String, node: ConfigurationNode, _ context: ReadingContext) -> String? {
        if digestBytes[text] != nil { return text }
        let known = digestBytes.keys.sorted()
        if laterAlgorithms.contains(text) {
            context.problems.report(
                node, "is \(text), which this version does not offer: write one of \(known.joined(separator: ", "))")
        } else {
            let hint = KeySuggestion.hint(for: text, among: known)
            context.problems.report(node, "is “\(text)”: write one of \(known.joined(separator: ", "))\(hint)")
        }
        return nil
    }
}

internal import Tokens

/// Reads `tokens.keys`: a list of keys, or a file that holds them all.
struct KeyListReader {
    let context: ReadingContext
    /// The algorithm of keys that name none.
    let usual: SignatureAlgorithm?
    /// What was read, the key that signs first.
    private(set) var keys: [TokenConfiguration.Key] = []
    /// The file of `{file: PATH}`, resolved.
    private(set) var file: String?
    private var seen: [String: Int] = [:]
    private var activeLine: Int?

    init(context: ReadingContext, usual: SignatureAlgorithm?) {
        self.context = context
        self.usual = usual
    }

    /// Reads `{file: PATH}`: a JWK set in which one key signs.
    mutating func readFile(_ node: ConfigurationNode) {
        guard let reader = MappingReader(node, context) else { return }
        let path = reader.string("file")
        if path == nil, !reader.has("file") {
            reader.reportMissing("file", "is missing: write the path of a JWK set, or a list of keys")
        }
        reader.finish()
        guard let (path, place) = path, let bytes = SecretReader(context: context).file(path, node: place) else {
            return
        }
        file = context.resolved(path)
        do throws(TokenKeyError) {
            keys = try SigningKeySet(json: bytes).keys.map { TokenConfiguration.Key($0) }
        } catch {
            context.problems.report(place, "names \(context.resolved(path)), which cannot be used: \(error.reason)")
        }
    }

    /// Reads a list: `{kid, secret | key, algorithm, active}` each.
    mutating func readList(_ list: [ConfigurationNode], at node: ConfigurationNode) {
        if list.isEmpty {
            context.problems.report(node, "is empty: write at least one {kid: NAME, secret: {env: NAME}}")
        }
        var read: [(key: TokenConfiguration.Key, isActive: Bool)] = []
        var isWhole = true
        for element in list {
            if let key = readElement(element) { read.append(key) } else { isWhole = false }
        }
        // Only one signs: the one that says so, or else the first that can. What is left verifies.
        let signing = read.firstIndex(where: \.isActive) ?? read.firstIndex { $0.key.maySign }
        if isWhole, !list.isEmpty, signing == nil {
            context.problems.report(node, "holds no key that can sign: give one of them with its private part")
        }
        keys = read.map(\.key)
        for index in keys.indices where index != signing { keys[index].maySign = false }
        if let signing { keys.insert(keys.remove(at: signing), at: 0) }
    }

    private mutating func readElement(_ element: ConfigurationNode) -> (key: TokenConfiguration.Key, isActive: Bool)? {
        guard let reader = MappingReader(element, context) else { return nil }
        let name = reader.string("kid")
        var algorithm: SignatureAlgorithm?
        var isSpoiled = false
        if let (text, node) = reader.string("algorithm") {
            algorithm = AlgorithmText.read(text, node: node, context)
            isSpoiled = algorithm == nil
            if let outside = context.environment["JWT_ALGORITHM"], !outside.isEmpty, outside != text {
                context.problems.warn(node, "stays as it is: JWT_ALGORITHM is for keys that name no algorithm")
            }
        }
        var isActive = false
        reader.boolean("active", into: &isActive)
        let secret = reader.value("secret")
        let pair = reader.value("key")
        if !reader.has("kid"), pair == nil {
            reader.reportMissing("kid", "is missing: write a name that tells this key from the others")
        }
        if !reader.has("secret"), !reader.has("key") {
            reader.reportMissing("secret", "is missing: write {env: NAME} or {file: PATH}, or a key in place of it")
        }
        if let secret, pair != nil { context.problems.report(secret, "stands beside key: keep one of the two") }
        reader.finish()
        if let (name, node) = name { checkIsNew(name, at: node) }
        if isActive { checkIsOnlyActive(element) }
        guard !isSpoiled, secret == nil || pair == nil else { return nil }
        if let pair { return readPair(pair, element, name: name?.text, algorithm: algorithm, isActive: isActive) }
        guard let secret, let bytes = SecretReader(context: context).read(secret), let name else { return nil }
        let key = Self.secretKey(name.text, algorithm ?? usual ?? .hs256, bytes, at: element, context)
        return key.map { ($0, isActive) }
    }

    private mutating func readPair(
        _ node: ConfigurationNode, _ element: ConfigurationNode, name: String?, algorithm: SignatureAlgorithm?,
        isActive: Bool
    ) -> (key: TokenConfiguration.Key, isActive: Bool)? {
        guard let bytes = SecretReader(context: context, thing: "a key").read(node) else { return nil }
        let key: TokenKey
        do throws(TokenKeyError) {
            key = try TokenKey.read(file: bytes, algorithm: algorithm, usual: usual, identifier: name)
        } catch {
            context.problems.report(node, "cannot be used: \(error.reason)")
            return nil
        }
        guard let identifier = key.identifier else {
            context.problems.report(
                element.place, "\(element.keyPath).kid", "is missing: write a name that tells this key from the others")
            return nil
        }
        // The name in the file was looked at above; one of the key's own was not.
        if name == nil { checkIsNew(identifier, at: node) }
        if isActive, !key.canSign {
            context.problems.report(node, "is to sign, and cannot: it has no private part, or its key_ops lacks sign")
            return nil
        }
        return (TokenConfiguration.Key(key), isActive)
    }

    private mutating func checkIsNew(_ name: String, at node: ConfigurationNode) {
        if let line = seen[name] {
            context.problems.report(node, "is “\(name)”, as in line \(line): each key needs a kid of its own")
        }
        seen[name] = node.place.line
    }

    private mutating func checkIsOnlyActive(_ element: ConfigurationNode) {
        if let activeLine {
            context.problems.report(
                element.place, "\(element.keyPath).active",
                "is true, as in line \(activeLine): one key signs, and the others verify")
        }
        activeLine = element.place.line
    }

    /// A secret, once it is found long enough.
    static func secretKey(
        _ name: String?, _ algorithm: SignatureAlgorithm, _ bytes: [UInt8], at node: ConfigurationNode,
        _ context: ReadingContext
    ) -> TokenConfiguration.Key? {
        do throws(TokenKeyError) {
            _ = try TokenKey(secret: bytes, algorithm: algorithm)
        } catch {
            switch error.kind {
            case .tooShort:
                let least = TokenKey.randomSecret(for: algorithm)?.count ?? 0
                context.problems.report(
                    node,
                    "is shorter than the \(least) bytes that \(algorithm.rawValue) needs: make one with “sallyport keys generate”"
                )
            default: context.problems.report(node, "cannot be used: \(error.reason)")
            }
            return nil
        }
        return TokenConfiguration.Key(identifier: name, algorithm: algorithm.rawValue, secret: bytes)
    }
}

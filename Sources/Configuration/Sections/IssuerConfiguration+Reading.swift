internal import Tokens

extension IssuerConfiguration {
    /// How many there may be: routes keep a bit for each, and one for ourselves.
    static let limit = 63

    /// Reads `issuers:`.
    static func read(_ root: MappingReader, own: TokenConfiguration, _ context: ReadingContext) -> [IssuerConfiguration]
    {
        guard let list = root.list("issuers") else { return [] }
        if list.count > limit, let node = root.value("issuers") {
            context.problems.report(node, "has \(list.count) entries: write at most \(limit)")
        }
        var issuers: [IssuerConfiguration] = []
        var seen: [String: Int] = [:]
        for element in list {
            guard let reader = MappingReader(element, context) else { continue }
            guard let (name, node) = name(reader) else { continue }
            if let line = seen[name] {
                context.problems.report(node, "is “\(name)”, as in line \(line): keep one of the two")
            } else if name == own.issuer {
                context.problems.report(node, "is our own name (tokens.issuer): its tokens would have two meanings")
            } else if name == "own" {
                context.problems.report(node, "is “own”, which means ourselves in the issuers of a route")
            }
            seen[name] = node.place.line
            if let issuer = read(name, reader, context) { issuers.append(issuer) }
        }
        return issuers
    }

    private static func name(_ reader: MappingReader) -> (text: String, node: ConfigurationNode)? {
        if !reader.has("issuer") {
            reader.reportMissing("issuer", "is missing: write the issuer's name, exactly as it stands in iss")
        }
        return reader.string("issuer")
    }

    private static func read(_ name: String, _ reader: MappingReader, _ context: ReadingContext) -> IssuerConfiguration?
    {
        let audiences = texts("audiences", reader)
        if !reader.has("audiences") {
            reader.reportMissing("audiences", "is missing: write what the issuer's tokens for this site have in aud")
        }
        let algorithms = algorithms(reader)
        let keys = keySource(reader, issuer: name, algorithms: Set(algorithms ?? usualAlgorithms), context)
        let claims = claims(reader, context)
        var headerType = ForeignIssuer.HeaderType.any
        var requiresType = false
        reader.word("typ", into: &headerType)
        reader.boolean("require_type", into: &requiresType)
        let longestLife = reader.integer("longest_life_seconds", in: Int64(1)...315_360_000)
        reader.finish()
        guard let keys else { return nil }
        var issuer = IssuerConfiguration(issuer: name, audiences: audiences, keys: keys)
        issuer.algorithms = algorithms ?? usualAlgorithms
        issuer.claims = claims
        issuer.headerType = headerType
        issuer.requiresType = requiresType
        issuer.longestLifeSeconds = longestLife
        return issuer
    }

    /// A list of different texts, at least one.
    private static func texts(_ key: String, _ reader: MappingReader) -> [String] {
        guard let list = reader.list(key) else { return [] }
        if list.isEmpty, let node = reader.value(key) {
            reader.problems.report(node, "is empty, so that no token would be good: write at least one")
        }
        var texts: [String] = []
        for element in list {
            guard let text = element.text, !text.isEmpty else {
                reader.problems.report(element, "is \(element.text == nil ? element.kind : "empty"), and must be text")
                continue
            }
            guard !texts.contains(text) else {
                reader.problems.report(element, "“\(text)” stands twice: remove one of the two")
                continue
            }
            texts.append(text)
        }
        return texts
    }

    private static func algorithms(_ reader: MappingReader) -> [SignatureAlgorithm]? {
        guard reader.has("algorithms") else { return nil }
        let known = SignatureAlgorithm.allCases.filter { !$0.isSymmetric }.map(\.rawValue)
        var algorithms: [SignatureAlgorithm] = []
        for (index, text) in texts("algorithms", reader).enumerated() {
            guard let algorithm = SignatureAlgorithm(rawValue: text), known.contains(text) else {
                let node = reader.list("algorithms")?[index] ?? reader.node
                let reason =
                    text.hasPrefix("HS")
                    ? "whoever verifies with such a secret could sign with it" : "it is unknown here"
                reader.problems.report(
                    node, "is “\(text)”, and \(reason): write some of \(known.joined(separator: ", "))")
                continue
            }
            algorithms.append(algorithm)
        }
        return algorithms
    }

    private static func claims(_ reader: MappingReader, _ context: ReadingContext) -> [(name: String, source: String)] {
        guard let section = reader.section("claims", context) else { return [] }
        var claims: [(name: String, source: String)] = []
        for (name, place, _) in section.members {
            guard let (source, node) = section.string(name) else { continue }
            guard ForeignIssuer.mayFill(name) else {
                context.problems.report(
                    place, section.path(name),
                    "decides about the token itself, and is filled from nowhere else: remove it")
                continue
            }
            guard RouteConfiguration.isClaimPath(source), RouteConfiguration.isClaimPath(name) else {
                context.problems.report(
                    node,
                    "“\(source)” is no claim: write its name, nested members joined by dots, such as realm_access.roles"
                )
                continue
            }
            claims.append((name, source))
        }
        section.finish()
        return claims
    }

    static func fileKeys(
        _ path: String, _ node: ConfigurationNode, _ algorithms: Set<SignatureAlgorithm>, _ context: ReadingContext
    ) -> TokenKeys? {
        guard context.isPath(path) else {
            context.problems.report(node, "is no path of a file")
            return nil
        }
        let resolved = context.resolved(path)
        switch context.files.read(resolved) {
        case .failure(let error):
            context.problems.report(node, "names \(resolved), which cannot be read: \(error)")
            return nil
        case .success(let content):
            do throws(TokenKeyError) {
                return try TokenKeys(file: content.bytes, algorithms: algorithms)
            } catch {
                context.problems.report(node, "names \(resolved), which holds no keys for this: \(error.reason)")
                return nil
            }
        }
    }
}

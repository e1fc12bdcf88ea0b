internal import HTTPWire
internal import Tokens

extension RouteConfiguration {
    /// Reads `match:`.
    mutating func readMatch(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("match", context) else { return }
        if let (text, node) = reader.string("host") { readHost(text, node, context) }
        let exact = reader.string("path")
        let prefix = reader.string("path_prefix")
        if exact != nil, let (_, node) = prefix {
            context.problems.report(node, "stands beside path: keep one of the two")
        }
        if let (text, node) = prefix, isUsable(text, node, isPrefix: true, context) { path = .prefix(text) }
        if let (text, node) = exact, isUsable(text, node, isPrefix: false, context) { path = .exact(text) }
        readMethods(reader)
        reader.finish()
    }

    private mutating func readMethods(_ reader: MappingReader) {
        guard let list = reader.list("methods") else { return }
        var read: [String] = []
        for element in list {
            guard let text = element.text, FieldNameRules.isToken(text), text.utf8.count <= 64 else {
                reader.problems.report(
                    element, "is \(MappingReader.quote(element)): write a method such as GET, in capitals")
                continue
            }
            if text.uppercased() != text, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(text.uppercased())
            {
                reader.problems.report(element, "“\(text)” is another method than \(text.uppercased()): write capitals")
            } else if read.contains(text) {
                reader.problems.report(element, "“\(text)” stands twice: remove one of the two")
            } else {
                read.append(text)
            }
        }
        if list.isEmpty, let node = reader.value("methods") {
            reader.problems.report(node, "is empty, so that nothing would match: name a method, or remove the key")
        }
        methods = read
    }

    private func isUsable(_ text: String, _ node: ConfigurationNode, isPrefix: Bool, _ context: ReadingContext) -> Bool
    {
        guard let message = RoutePathRules.problem(with: text, isPrefix: isPrefix) else { return true }
        context.problems.report(node, message)
        return false
    }

    private mutating func readHost(_ text: String, _ node: ConfigurationNode, _ context: ReadingContext) {
        let isWildcard = text.hasPrefix("*.")
        let text = isWildcard ? String(text.dropFirst(2)) : text
        guard !text.contains("*") else {
            context.problems.report(
                node, "holds “*” elsewhere than in front of a host: write one such as *.example.com, or leave host out")
            return
        }
        let parsed = withBytes(of: text) { bytes -> (host: String, hasPort: Bool)? in
            do throws(HTTPParseError) {
                let authority = try Authority.parse(bytes, ByteRange(0, bytes.byteCount))
                return (authority.normalizedHost(in: bytes), authority.port != nil)
            } catch {
                return nil
            }
        }
        guard let parsed else {
            context.problems.report(
                node, "“\(text)” is no host: write a name such as shop.example.com, without a scheme")
            return
        }
        guard !parsed.hasPort else {
            context.problems.report(node, "“\(text)” has a port: write \(parsed.host), which matches on each port")
            return
        }
        guard isWildcard else {
            host = parsed.host
            return
        }
        guard !parsed.host.hasPrefix("["), parsed.host.split(separator: ".").count <= 16 else {
            context.problems.report(
                node, "“*.\(parsed.host)” can stand for no host: write a name of at most 16 parts behind “*.”")
            return
        }
        host = "*." + parsed.host
    }

    /// Reads what concerns tokens and sessions.
    mutating func readAuthentication(_ reader: MappingReader, _ context: ReadingContext) {
        reader.word("authentication", into: &authentication)
        readTokenSources(reader)
        readQueryParameter(reader)
        readAccepted(reader)
        reader.boolean("may_issue_sessions", into: &mayIssueSessions)
        reader.word("session_delivery", into: &sessionDelivery)
        if sessionDelivery == .json, !mayIssueSessions, let node = reader.value("session_delivery") {
            context.problems.warn(node, "has no effect without may_issue_sessions: true")
        }
        if let (text, node) = reader.string("login_url") {
            if let message = RoutePathRules.problem(withLocalURL: text) {
                context.problems.report(node, message)
            } else {
                loginURL = text
            }
            if authentication == .none {
                context.problems.warn(node, "has no effect with authentication: none, which refuses nobody")
            }
        }
        reader.boolean("forward_bearer_token", into: &forwardsBearerToken)
        reader.integer("stale_ok_seconds", in: 0...86_400, into: &staleOKSeconds)
        readStoreFailure(reader)
        reader.word("default_client", into: &defaultClientKind)
    }

    /// `store_failure` says in a word what `stale_ok_seconds` says in figures: the two must not disagree.
    private func readStoreFailure(_ reader: MappingReader) {
        guard let node = reader.value("store_failure"), let word = reader.word(node, StoreFailure.self) else { return }
        switch word {
        case .stale where staleOKSeconds == 0:
            reader.problems.report(node, "is stale without an end: write beside it for how many stale_ok_seconds")
        case .closed where staleOKSeconds > 0:
            reader.problems.report(node, "is closed beside stale_ok_seconds: remove one of the two")
        case .stale, .closed: break
        }
    }

    private mutating func readTokenSources(_ reader: MappingReader) {
        guard let list = reader.list("token_sources") else { return }
        var sources: [TokenSource] = []
        for element in list {
            guard let source = reader.word(element, TokenSource.self) else { continue }
            guard !sources.contains(source) else {
                reader.problems.report(element, "“\(source.rawValue)” stands twice: remove one of the two")
                continue
            }
            sources.append(source)
        }
        if list.isEmpty, let node = reader.value("token_sources") {
            reader.problems.report(node, "is empty, so that nobody could come in: name a source, or remove the key")
        }
        tokenSources = sources
    }

    private mutating func readQueryParameter(_ reader: MappingReader) {
        guard let (text, node) = reader.string("query_parameter") else { return }
        let isName = text.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || "-._~".utf8.contains($0)
        }
        guard isName, text.utf8.count <= 64 else {
            return reader.problems.report(
                node,
                "is “\(text)”, and no name that needs no escapes: write up to 64 letters, digits and -._~, such as access_token"
            )
        }
        queryParameter = text
        if !tokenSources.contains(.query) {
            reader.problems.warn(node, "has no effect without query among token_sources")
        }
    }

    private mutating func readAccepted(_ reader: MappingReader) {
        guard let list = reader.list("accept") else { return }
        var types: Set<TokenType> = []
        for element in list {
            guard let type = reader.word(element, TokenType.self) else { continue }
            guard type != .refresh else {
                reader.problems.report(
                    element,
                    "is refresh, and a refresh token opens nothing but /.sallyport/refresh: write access or websocket")
                continue
            }
            if !types.insert(type).inserted {
                reader.problems.report(element, "“\(type.rawValue)” stands twice: remove one of the two")
            }
        }
        if list.isEmpty, let node = reader.value("accept") {
            reader.problems.report(node, "is empty, so that no token would be good: write [access], or remove the key")
        }
        accept = types
    }
}

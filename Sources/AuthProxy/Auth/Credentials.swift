internal import SallyportConfiguration
internal import HTTPWire

/// What a request brings to show who it comes from, as ranges of its head's bytes.
struct Credentials {
    /// What one kind of credential came to.
    enum Found {
        case none
        /// There is one; whether its bytes are a token at all is found out where they are not known already.
        case token(ByteRange)
        /// The scheme stands alone.
        case malformed(ByteRange)
        /// Two that differ.
        case ambiguous
    }

    /// The access (or WebSocket) token that decides: of the first of the route's sources that holds one.
    private(set) var access = Found.none
    /// Where it was found.
    private(set) var source: RouteConfiguration.TokenSource?
    /// The refresh cookie.
    private(set) var refresh = Found.none

    /// Whether there is anything that could name a session.
    var holdsSomething: Bool {
        if case .token = access { return true }
        if case .token = refresh { return true }
        return false
    }

    /// Whether nothing authenticates the request but what a browser adds by itself. A parameter of the query proves nothing:
    /// any page can write one.
    var restOnCookies: Bool {
        if let source, source != .query { return source == .cookie }
        if case .none = refresh { return false }
        return true
    }

    /// Reads them.
    ///
    /// - Parameters:
    ///   - cookies: has scanned the head for the access cookie (0) and the refresh cookie (1).
    ///   - handshake: what the WebSocket handshake holds, if it is one.
    ///   - parameter: the query's parameter, where the query is one of the sources.
    init(
        _ head: borrowing RequestHead, in bytes: RawSpan, sources: [RouteConfiguration.TokenSource],
        cookies: borrowing CookieScanner, handshake: WebSocketHandshake?, parameter: QueryParameter? = nil
    ) {
        for candidate in sources {
            let found: Found
            switch candidate {
            case .authorization: found = Self.bearer(head, bytes)
            case .cookie: found = Self.cookie(cookies.match(0), bytes)
            case .websocketProtocol: found = handshake?.token.map(Found.token) ?? .none
            case .query: found = Self.query(parameter, head, bytes)
            }
            if case .none = found { continue }
            access = found
            source = candidate
            break
        }
        if cookies.hasMatches { refresh = Self.cookie(cookies.match(1), bytes) }
    }

    /// The Authorization field; only its Bearer scheme is ours.
    private static func bearer(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Found {
        guard let line = head.first(.authorization) else { return .none }
        let first = BearerCredential.candidate(line.value, in: bytes)
        if head.table.isRepeated(.authorization) {
            // The field is no list: more than one line of it, of which one is for us, has no single meaning.
            var isOurs = first != nil
            var differs = false
            for other in head.fields where other.known == .authorization {
                if BearerCredential.candidate(other.value, in: bytes) != nil { isOurs = true }
                if !bytes.isEqual(other.value, line.value) { differs = true }
            }
            if isOurs, differs { return .ambiguous }
        }
        guard let first else { return .none }
        return first.isEmpty ? .malformed(first) : .token(first)
    }

    private static func query(_ parameter: QueryParameter?, _ head: borrowing RequestHead, _ bytes: RawSpan) -> Found {
        guard let parameter else { return .none }
        switch parameter.find(in: bytes, head.parsedTarget.pathAndQuery) {
        case .absent: return .none
        case .conflicting: return .ambiguous
        case .found(let value):
            if value.isEmpty { return .none }
            return BearerCredential.isToken(value, in: bytes) ? .token(value) : .malformed(value)
        }
    }

    private static func cookie(_ match: CookieScanner.Match, _ bytes: RawSpan) -> Found {
        switch match {
        case .absent: .none
        case .conflicting: .ambiguous
        case .found(let value):
            // An empty cookie is what some applications leave of one that they delete.
            value.isEmpty ? .none : .token(value)
        }
    }
}

extension RawSpan {
    /// Whether two ranges hold the same bytes.
    func isEqual(_ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where byteAt(Int(left.start) + index) != byteAt(Int(right.start) + index) {
            return false
        }
        return true
    }
}

internal import CryptoPrimitives
internal import HTTPWire
internal import Tokens

/// Parsing into the values that a loop's requests share one after the other.
extension Worker {
    /// Parses a request's head into ``head``.
    func parse(_ bytes: RawSpan) throws(HTTPParseError) -> HeadProgress {
        try RequestHeadParser.parse(bytes, limits: site.requestLimits, into: &head)
    }

    /// Parses a request's head under the limits of the configuration that it follows.
    func parse(_ bytes: RawSpan, limits: HeadLimits) throws(HTTPParseError) -> HeadProgress {
        try RequestHeadParser.parse(bytes, limits: limits, into: &head)
    }

    /// Parses an answer's head into ``responseHead``.
    func parseResponse(_ bytes: RawSpan, method: HTTPMethod, limits: HeadLimits) throws(HTTPParseError)
        -> HeadProgress
    {
        try ResponseHeadParser.parse(bytes, requestMethod: method, limits: limits, into: &responseHead)
    }

    /// Finds what is served at the place that the request in ``head`` names.
    ///
    /// - Parameter path: the canonical path.
    func place(in path: RawSpan, hasOtherReading: Bool, head bytes: RawSpan) -> RoutePlace? {
        host.removeAll()
        if let authority = head.authority { authority.appendNormalizedHost(in: bytes, to: host) }
        matchingPath.removeAll()
        if hasOtherReading {
            CanonicalTarget.appendMatchingPath(of: path, to: matchingPath)
        } else if path.byteCount == 1, path.byteAt(0) == UInt8(ascii: "*") {
            // OPTIONS * concerns the server as a whole.
            matchingPath.append("/")
        } else {
            matchingPath.append(path)
        }
        // Neither buffer changes while the table is asked.
        let (host, path) = (host, matchingPath)
        if unsafe Self.isReserved(path.bytes) { return site.reservedPlace }
        return unsafe site.routes.find(host: host.bytes, path: path.bytes)
    }

    /// The route of a place for the request in ``head``; nil if none takes its method. A preflight (Fetch, "CORS protocol")
    /// goes where the request would go that it asks for, if that route answers preflights.
    func route(at place: RoutePlace, head bytes: RawSpan) -> Route? {
        if let only = place.only { return only }
        if CORSPolicy.isPreflight(head, in: bytes), let wanted = CORSPolicy.requestedMethod(head, in: bytes),
            let route = place.route(for: HTTPMethod(bytes.bytes(wanted)), wanted, in: bytes),
            route.answerRules?.cors != nil
        {
            return route
        }
        return place.route(for: head.method, head.methodRange, in: bytes)
    }

    /// Whether a path lies in our own namespace.
    private static func isReserved(_ path: RawSpan) -> Bool {
        let prefix: StaticString = "/.sallyport"
        let count = prefix.utf8CodeUnitCount
        guard path.byteCount >= count, path.equals(ByteRange(0, count), prefix) else { return false }
        return path.byteCount == count || path.byteAt(count) == UInt8(ascii: "/")
    }

    /// Checks an application's 101, whose head is in ``responseHead``, against the request whose head's bytes are given.
    func webSocketAnswer(in response: RawSpan, to request: RawSpan) throws(WebSocketRefusal) -> WebSocketAnswer {
        let progress: HeadProgress
        do throws(HTTPParseError) {
            progress = try parse(request)
        } catch {
            throw .acceptance
        }
        guard case .complete = progress else { throw .acceptance }
        let handshake = try WebSocketHandshake.parse(head, in: request)
        let answer = try WebSocketAnswer.parse(responseHead, in: response, to: handshake, of: head, in: request)
        // An application that cannot answer the key is no WebSocket server: it may take what follows for requests.
        guard let line = responseHead.first(.secWebSocketAccept),
            response.array(line.value) == WebSocketAcceptance.value(forKey: request.array(handshake.key).span)
        else { throw .acceptance }
        return answer
    }

    /// What an endpoint of the reserved path is asked; nil if the copy of the head cannot be read, which it could before.
    func reservedRequest(in bytes: RawSpan, body: OutputBuffer, of exchange: Exchange) -> ReservedRequest? {
        guard let (path, query) = reparse(bytes, exchange) else { return nil }
        func value(_ field: KnownField) -> String? { head.first(field).map { bytes.string($0.value) } }
        func cookie(_ index: Int) -> [UInt8]? {
            if case .found(let range) = cookies.match(index), !range.isEmpty { bytes.array(range) } else { nil }
        }
        var bearer: [UInt8]?
        if let line = head.first(.authorization), case .token(let range) = BearerCredential.parse(line.value, in: bytes)
        {
            bearer = bytes.array(range)
        }
        let credentials = Credentials(
            head, in: bytes, sources: site.reserved.sources, cookies: cookies, handshake: nil)
        var isAmbiguous = cookies.match(0) == .conflicting || cookies.match(1) == .conflicting
        if case .ambiguous = credentials.access { isAmbiguous = true }
        return ReservedRequest(
            method: bytes.string(head.methodRange), path: path, query: query, contentType: value(.contentType),
            body: unsafe body.withUnsafeBytes { unsafe Array($0) }, origin: value(.origin),
            fetchSite: value(.secFetchSite), authority: forwardedHost(bytes, exchange) ?? value(.host) ?? "",
            scheme: scheme(bytes, exchange),
            client: ClientIdentity(
                address: exchange.forwarding.client.description, userAgent: value(.userAgent)),
            bearer: bearer, accessCookie: cookie(0), refreshCookie: cookie(1), isAmbiguous: isAmbiguous,
            identity: nil, refusal: nil, requestID: exchange.record.requestIDText)
    }

    /// Whether an origin is that of the request in ``head``.
    func isOwn(_ origin: String, _ bytes: RawSpan, _ exchange: Exchange) -> Bool {
        let own = forwardedHost(bytes, exchange) ?? head.first(.host).map { bytes.string($0.value) } ?? ""
        return SameOrigin.holds(origin, authority: own, scheme: scheme(bytes, exchange))
    }

    /// The authority that the client asked a trusted proxy for, where that names one.
    private func forwardedHost(_ bytes: RawSpan, _ exchange: Exchange) -> String? {
        guard exchange.forwarding.isTrusted, head.count(of: .xForwardedHost) == 1,
            let line = head.first(.xForwardedHost)
        else { return nil }
        let host = bytes.string(line.value)
        return host.utf8.contains(UInt8(ascii: ",")) ? nil : host
    }

    /// The scheme that the client used, as far as that is known: a trusted proxy may speak TLS with us for a client that
    /// does not, and the other way round.
    func scheme(_ bytes: RawSpan, _ exchange: Exchange) -> ReservedRequest.Scheme? {
        guard exchange.forwarding.isTrusted, head.count(of: .xForwardedProto) == 1,
            let line = head.first(.xForwardedProto)
        else { return exchange.forwarding.isSecure ? .https : nil }
        return ReservedRequest.Scheme(rawValue: bytes.string(line.value).lowercased())
    }

    /// What the loop itself decides about the credentials of a request for the reserved path, and what the slow path takes
    /// where that has to.
    func reservedCredentials(in bytes: RawSpan, of exchange: Exchange) -> (
        decision: AuthDecision, request: AuthRequest
    )? {
        guard reparse(bytes, exchange) != nil else { return nil }
        let route = exchange.site.reserved
        let address = exchange.forwarding.client
        let userAgent = head.first(.userAgent)?.value
        let credentials = Credentials(head, in: bytes, sources: route.sources, cookies: cookies, handshake: nil)
        let decision = AuthPhase.decide(
            credentials, route: route, cache: cache, userAgent: userAgent, address: address, in: bytes, now: now)
        let request = AuthRequest(
            credentials, userAgent: userAgent, address: address, in: bytes,
            requestID: exchange.record.requestIDText)
        return (decision, request)
    }

    private func reparse(_ bytes: RawSpan, _ exchange: Exchange) -> (path: String, query: String?)? {
        do throws(HTTPParseError) {
            guard case .complete = try parse(bytes, limits: exchange.site.requestLimits) else { return nil }
            try cookies.scan(head.table, in: bytes)
            target.removeAll()
            let found = try CanonicalTarget.canonicalise(bytes.bytes(head.parsedTarget.pathAndQuery), into: target)
            let whole = target.string
            let path = whole.utf8.prefix(found.pathLength).dropFirst("/.sallyport/".utf8.count)
            let query = found.hasQuery ? whole.utf8.dropFirst(found.pathLength + 1) : nil
            return (String(path) ?? "", query.flatMap { String($0) })
        } catch {
            return nil
        }
    }
}

internal import SallyportConfiguration
internal import HTTPWire
internal import Tokens

/// A request's credentials, copied: what the slow path decides on while the head's bytes are long gone.
struct AuthRequest: Sendable {
    /// The access (or WebSocket) token and the User-Agent, one after the other; see ``token`` and ``userAgent``.
    private let bytes: [UInt8]
    /// Where the access token lies in ``bytes``; nil for none.
    private let token: ByteRange?
    private let userAgent: ByteRange?
    /// Where it was found.
    let source: RouteConfiguration.TokenSource?
    /// The refresh cookie's value.
    let refresh: [UInt8]?
    /// The client's address.
    let address: IPAddress
    /// The client, as tokens are bound to it.
    let client: ClientIdentity
    /// The request's identifier, for the audit log.
    let requestID: String

    init(
        _ credentials: Credentials, userAgent: ByteRange?, address: IPAddress, in head: RawSpan, requestID: String
    ) {
        var copy: [UInt8] = []
        var access: ByteRange?
        if case .token(let range) = credentials.access {
            // As much as is needed: entries of the cache keep it.
            copy.reserveCapacity(range.count + (userAgent?.count ?? 0))
            copy += head.array(range)
            access = ByteRange(0, copy.count)
        }
        var agent: ByteRange?
        if let userAgent {
            agent = ByteRange(copy.count, copy.count + userAgent.count)
            copy += head.array(userAgent)
        }
        bytes = copy
        token = access
        self.userAgent = agent
        source = credentials.source
        switch credentials.refresh {
        case .token(let range), .malformed(let range): refresh = head.array(range)
        case .none, .ambiguous: refresh = nil
        }
        self.address = address
        client = ClientIdentity(address: address.description, userAgent: userAgent.map { head.string($0) })
        self.requestID = requestID
    }

    /// Whether there is an access token.
    var hasAccess: Bool { token != nil }

    /// The access token's bytes; none without one.
    var access: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(token?.range ?? 0..<0) }
    }

    /// A copy of the access token's bytes, to be kept while somebody is waited for.
    var accessCopy: [UInt8] { token.map { Array(bytes[$0.range]) } ?? [] }

    /// The User-Agent field's value.
    var agent: [UInt8]? { userAgent.map { Array(bytes[$0.range]) } }

    /// What requests have in common that may wait for one rotation.
    func rotationKey(_ refresh: [UInt8]) -> RotationKey {
        RotationKey(token: refresh, address: address, userAgent: agent)
    }

    /// The entry that a loop has for the access token already.
    func known(in cache: VerifiedTokenCache) -> VerifiedEntry? {
        guard let token else { return nil }
        return unsafe cache.find(token, userAgent: userAgent, address: address, in: bytes.span.bytes)
    }

    /// An entry for a token that was verified just now.
    func entry(_ verified: VerifiedToken, cache: VerifiedTokenCache, refreshAheadSeconds: Int64, now: Int64)
        -> VerifiedEntry?
    {
        guard let token else { return nil }
        let hash = unsafe cache.key(token, userAgent: userAgent, address: address, in: bytes.span.bytes)
        return VerifiedEntry(
            verified, hash: hash, bytes: bytes, token: token, userAgent: userAgent, address: address,
            refreshAheadSeconds: refreshAheadSeconds, now: now)
    }

    /// An entry for a successor, which this client has not presented yet: it lives as long as the request.
    func successor(_ verified: VerifiedToken, now: Int64) -> VerifiedEntry {
        VerifiedEntry(
            verified, hash: 0, bytes: [], token: ByteRange(0, 0), userAgent: nil, address: address,
            refreshAheadSeconds: 0, now: now)
    }
}

extension RawSpan {
    /// A copy of a range.
    func array(_ range: ByteRange) -> [UInt8] {
        let part = bytes(range)
        return unsafe part.withUnsafeBytes { unsafe Array($0) }
    }
}

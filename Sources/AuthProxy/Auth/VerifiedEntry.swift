internal import HTTPWire
internal import Tokens

/// A token that was verified for one client: the identity of its requests. It belongs to one loop.
final class VerifiedEntry {
    /// What the token says.
    let token: VerifiedToken
    /// Its hash in the cache.
    let hash: UInt64
    /// From when on a refresh is due, in seconds since the epoch, where the client brings a refresh cookie.
    let refreshAt: Int64
    /// Its issuer, as one of the bits of ``Route/acceptedIssuers``.
    let issuerBit: UInt64
    /// Of its session's name; see ``SessionChains``.
    let sessionHash: Int
    /// What the access log says of it.
    let logMembers: AccessLogMembers
    /// When the store last said that the token lives, in seconds since the epoch.
    var checkedAt: Int64
    /// The cache's epoch at that time.
    var epoch: UInt64 = 0
    /// Where it lies in the cache; -1 if it does not.
    var slot = -1

    /// Which requirements of the site its claims were held against, and which of these they meet: a bit for each of the
    /// first 64.
    private var judgedRequirements: UInt64 = 0
    private var metRequirements: UInt64 = 0
    /// The same for the others.
    private var furtherRequirements: [Int: Bool] = [:]
    /// What it was made from: the token's bytes and the User-Agent, somewhere in ``bytes``.
    private let bytes: [UInt8]
    private let tokenRange: ByteRange
    private let userAgent: ByteRange?
    private let address: IPAddress
    /// Header lines, by the mapping's number.
    private var renderings: [(mapping: Int, lines: Result<[UInt8], IdentityMapping.Failure>)] = []

    /// An entry for a token that was presented with these bytes.
    init(
        _ token: VerifiedToken, hash: UInt64, bytes: [UInt8], token tokenRange: ByteRange, userAgent: ByteRange?,
        address: IPAddress, refreshAheadSeconds: Int64, now: Int64
    ) {
        self.token = token
        self.hash = hash
        self.bytes = bytes
        self.tokenRange = tokenRange
        self.userAgent = userAgent
        self.address = address
        // What somebody else issued, nobody here renews.
        refreshAt = token.foreign == nil ? token.expiresAt - refreshAheadSeconds : .max
        issuerBit = token.foreign.map { 2 << UInt64($0.issuerNumber) } ?? 1
        sessionHash = token.session.hashValue
        checkedAt = now
        logMembers = AccessLogMembers(
            subject: Array((token.subject ?? "").utf8), tokenID: Array(token.identifier.utf8))
    }

    /// Whether it was made from exactly these bytes.
    @inline(__always)
    func matches(_ token: ByteRange, userAgent: ByteRange?, address: IPAddress, in bytes: RawSpan) -> Bool {
        guard self.address == address, bytes.isEqual(token, to: tokenRange, of: self.bytes) else { return false }
        switch (userAgent, self.userAgent) {
        case (nil, nil): return true
        case (let presented?, let agent?): return bytes.isEqual(presented, to: agent, of: self.bytes)
        default: return false
        }
    }

    /// Whether the claims meet what a route asks for; found out once for each different requirement of the site that the
    /// entry belongs to.
    @inline(__always)
    func meets(_ route: Route) -> Bool {
        let number = route.requirementNumber
        if number < 0 { return true }
        if number < 64, judgedRequirements & (1 << UInt64(number)) != 0 {
            return metRequirements & (1 << UInt64(number)) != 0
        }
        return judge(route, number)
    }

    @inline(never)
    private func judge(_ route: Route, _ number: Int) -> Bool {
        if let known = furtherRequirements[number] { return known }
        let isMet = route.requirements?.areMet(by: token.claims) ?? true
        if number < 64 {
            judgedRequirements |= 1 << UInt64(number)
            if isMet { metRequirements |= 1 << UInt64(number) }
        } else {
            furtherRequirements[number] = isMet
        }
        return isMet
    }

    /// The identity's header lines for an application; rendered once for each mapping.
    func lines(_ mapping: IdentityMapping) -> Result<[UInt8], IdentityMapping.Failure> {
        for rendering in renderings where rendering.mapping == mapping.number { return rendering.lines }
        let lines = Result { () throws(IdentityMapping.Failure) in try mapping.render(token.claims) }
        renderings.append((mapping.number, lines))
        return lines
    }
}

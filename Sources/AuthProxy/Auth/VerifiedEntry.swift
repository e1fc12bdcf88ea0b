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
    /// `sub` and `jti` for the access log.
    let subject: [UInt8]
    let identifier: [UInt8]
    /// When the store last said that the token lives, in seconds since the epoch.
    var checkedAt: Int64
    /// The cache's epoch at that time.
    var epoch: UInt64 = 0
    /// Where it lies in the cache; -1 if it does not.
    var slot = -1

    private let bytes: [UInt8]
    private let userAgent: [UInt8]?
    private let address: IPAddress
    /// Header lines, by the mapping's number.
    private var renderings: [(mapping: Int, lines: Result<[UInt8], IdentityMapping.Failure>)] = []

    init(
        _ token: VerifiedToken, hash: UInt64, bytes: [UInt8], userAgent: [UInt8]?, address: IPAddress,
        refreshAheadSeconds: Int64, now: Int64
    ) {
        self.token = token
        self.hash = hash
        self.bytes = bytes
        self.userAgent = userAgent
        self.address = address
        refreshAt = token.expiresAt - refreshAheadSeconds
        checkedAt = now
        subject = Array((token.subject ?? "").utf8)
        identifier = Array(token.identifier.utf8)
    }

    /// Whether it was made from exactly these bytes.
    @inline(__always)
    func matches(_ token: ByteRange, userAgent: ByteRange?, address: IPAddress, in bytes: RawSpan) -> Bool {
        guard self.address == address, bytes.isEqual(token, to: self.bytes) else { return false }
        switch (userAgent, self.userAgent) {
        case (nil, nil): return true
        case (let presented?, let own?): return bytes.isEqual(presented, to: own)
        default: return false
        }
    }

    /// The identity's header lines for an application; rendered once for each mapping.
    func lines(_ mapping: IdentityMapping) -> Result<[UInt8], IdentityMapping.Failure> {
        for rendering in renderings where rendering.mapping == mapping.number { return rendering.lines }
        let lines = Result { () throws(IdentityMapping.Failure) in try mapping.render(token.claims) }
        renderings.append((mapping.number, lines))
        return lines
    }
}

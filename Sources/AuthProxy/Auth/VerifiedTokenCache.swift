internal import HTTPWire
internal import Tokens

/// The tokens that a loop has verified: what makes an authenticated request cost no more than one without.
///
/// Keyed by the token's bytes together with the client's address and User-Agent, because all three decided. It says that a
/// token is genuine, never what it may do: routes ask that of the entry each time. Set-associative, of fixed size: a
/// flood of new tokens drives out old entries and costs no memory. It belongs to one loop.
///
/// Entries are found by a keyed 64-bit hash of all bytes; only then are bytes compared, so that the time of a comparison
/// tells nothing about a token that one does not have.
final class VerifiedTokenCache {
    private static let ways = 4

    private var slots: [VerifiedEntry?]
    private let setMask: Int
    /// Whose entries lie in the cache, for invalidations by session.
    private var sessions: SessionChains
    /// Foreign tokens, by the names that entries of the deny-list may have. A user of an issuer may have any number of them.
    private var byDenial: [String: [ObjectIdentifier: VerifiedEntry]] = [:]
    private let hash = TokenHash()
    /// Entries of an earlier epoch have to be confirmed by the store again.
    private(set) var epoch: UInt64 = 0
    /// Counts how often everything was thrown away: who began before judges by other keys, and must not add to it.
    private(set) var generation = 0
    private var recent = RecentInvalidations()
    private var turn = 0

    /// A cache for about so many tokens; the number is rounded up to four times a power of two.
    init(capacity: Int) {
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        slots = Array(repeating: nil, count: sets * Self.ways)
        sessions = SessionChains(slots: slots.count)
        setMask = sets - 1
    }

    /// The number of entries.
    private(set) var count = 0

    /// Finds the entry of a token that this client has presented before; it may be expired or of an earlier epoch.
    ///
    /// - Parameter userAgent: where the User-Agent field's value lies in `bytes`; nil for a request without one.
    @inline(__always)
    func find(_ token: ByteRange, userAgent: ByteRange?, address: IPAddress, in bytes: RawSpan) -> VerifiedEntry? {
        let key = hash.of(token, userAgent: userAgent, address: address, in: bytes)
        let start = (Int(truncatingIfNeeded: key) & setMask) &* Self.ways
        for index in start..<(start &+ Self.ways) {
            guard let entry = slots[index], entry.hash == key else { continue }
            if entry.matches(token, userAgent: userAgent, address: address, in: bytes) { return entry }
        }
        return nil
    }

    /// The hash that an entry for these bytes is found by.
    func key(_ token: ByteRange, userAgent: ByteRange?, address: IPAddress, in bytes: RawSpan) -> UInt64 {
        hash.of(token, userAgent: userAgent, address: address, in: bytes)
    }

    /// Adds an entry; another one of the same set may have to go: first an expired one.
    func insert(_ entry: VerifiedEntry, now: Int64) {
        entry.epoch = epoch
        let start = (Int(truncatingIfNeeded: entry.hash) & setMask) * Self.ways
        var victim = start + turn % Self.ways
        turn &+= 1
        for index in start..<(start + Self.ways) {
            guard let other = slots[index] else {
                victim = index
                break
            }
            if other === entry { return }
            if other.token.expiresAt <= now || other.hash == entry.hash { victim = index }
        }
        if let other = slots[victim] { forget(other) }
        slots[victim] = entry
        entry.slot = victim
        count += 1
        guard let foreign = entry.token.foreign else { return sessions.insert(victim, session: entry.sessionHash) }
        for name in foreign.denialNames { byDenial[name, default: [:]][ObjectIdentifier(entry)] = entry }
    }

    /// Takes an entry out.
    func remove(_ entry: VerifiedEntry) {
        guard entry.slot >= 0 else { return }
        slots[entry.slot] = nil
        forget(entry)
    }

    /// Throws everything away: what was decided was decided under other keys.
    func removeAll() {
        for index in slots.indices {
            slots[index]?.slot = -1
            slots[index] = nil
        }
        sessions.removeAll()
        byDenial.removeAll()
        count = 0
        generation += 1
        invalidate(.everything)
    }

    /// Throws foreign tokens away, and keeps no answer about one that is under way: the key that signed it may be gone.
    func forgetForeignTokens() {
        for entry in slots { if let entry, entry.token.foreign != nil { remove(entry) } }
        recent.addEverything()
    }

    private func forget(_ entry: VerifiedEntry) {
        let slot = entry.slot
        entry.slot = -1
        count -= 1
        guard let foreign = entry.token.foreign else { return sessions.remove(slot, session: entry.sessionHash) }
        for name in foreign.denialNames {
            byDenial[name]?[ObjectIdentifier(entry)] = nil
            if byDenial[name]?.isEmpty == true { byDenial[name] = nil }
        }
    }

    /// The entries of a session.
    private func entries(of session: String) -> [VerifiedEntry] {
        sessions.slots(of: session.hashValue).compactMap { slots[$0] }.filter { $0.token.session == session }
    }

    // MARK: Invalidation

    /// A point in time, for ``isUnfit(_:since:)``.
    var mark: UInt64 { recent.sequence }

    /// Whether an answer about a token that was asked for at `mark` may be outdated already: an invalidation came in
    /// between. Such an answer decides its own request, and is not kept.
    func isUnfit(_ token: VerifiedToken, since mark: UInt64) -> Bool {
        guard let foreign = token.foreign else { return recent.mayConcern(token.session, since: mark) }
        return foreign.denialNames.contains { recent.mayConcern($0, since: mark) }
    }

    /// Follows an announcement of the store.
    func invalidate(_ change: StoreInvalidation) {
        switch change {
        case .everything:
            // Nothing is thrown away: what was verified stays verified, only the store has to be asked again.
            epoch &+= 1
            recent.addEverything()
        case .session(let session):
            recent.add(session)
            for entry in entries(of: session) { remove(entry) }
        case .denial(let name):
            recent.add(name)
            for entry in (byDenial[name] ?? [:]).values { remove(entry) }
        case .token(let reference):
            recent.add(reference.session)
            for entry in entries(of: reference.session) where entry.token.identifier == reference.identifier {
                remove(entry)
            }
        }
    }
}

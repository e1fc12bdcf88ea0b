/// The tables of ``MemoryTokenStore``: sessions with their tokens, the users' index, and what expires when.
struct MemoryState: Sendable {
    /// A token within its session.
    fileprivate struct TokenKey: Hashable {
        var type: TokenType
        var identifier: String
    }

    /// A family of tokens; without a record these stand for themselves.
    private struct Family {
        var record: SessionRecord?
        var subject: String?
        var tokens: [TokenKey: Int64] = [:]

        func isLiving(at now: Int64) -> Bool {
            if let record, record.expiresAt > now { return true }
            return tokens.values.contains { $0 > now }
        }
    }

    private enum Entry: Hashable {
        case token(TokenReference)
        case session(String)
        case denial(String)
    }

    /// Whether the store was closed.
    var isClosed = false
    /// Who is told of changes.
    var observers: [@Sendable (StoreInvalidation) -> Void] = []
    /// What this step changed.
    var changes: [StoreInvalidation] = []
    private var families: [String: Family] = [:]
    private var users: [String: Set<String>] = [:]
    private var denials: [String: (issuedUntil: Int64, expiresAt: Int64)] = [:]
    private var expiry = ExpiryIndex<Entry>()

    init(isClosed: Bool = false) {
        self.isClosed = isClosed
    }

    /// A living session.
    func record(of session: String, now: Int64) -> SessionRecord? {
        guard let record = families[session]?.record, record.expiresAt > now else { return nil }
        return record
    }

    func isListed(_ token: TokenReference, now: Int64) -> Bool {
        guard let expiresAt = families[token.session]?.tokens[token.key] else { return false }
        return expiresAt > now
    }

    func verdict(on token: TokenReference, now: Int64) -> TokenVerdict {
        guard isListed(token, now: now) else { return .revoked }
        guard let record = families[token.session]?.record, !record.isConfirmed else {
            return .live(isConfirmed: true, isWatched: true)
        }
        let isOfCurrent =
            switch token.type {
            case .access: record.current.accessIdentifier == token.identifier
            case .refresh: record.current.refreshIdentifier == token.identifier
            case .websocket: false
            }
        return .live(isConfirmed: !isOfCurrent, isWatched: true)
    }

    func sessionIdentifiers(of subject: String) -> [String] {
        guard let sessions = users[subject] else { return [] }
        return Array(sessions)
    }

    /// A user's living sessions, the oldest first.
    func records(of subject: String, now: Int64) -> [SessionRecord] {
        sessionIdentifiers(of: subject).compactMap { record(of: $0, now: now) }
            .sorted { ($0.createdAt, $0.identifier) < ($1.createdAt, $1.identifier) }
    }

    /// Writes a session's record and lists both tokens of its newest generation.
    mutating func insert(_ record: SessionRecord) {
        users[record.subject, default: []].insert(record.identifier)
        update(record)
        for token in record.current.tokens(in: record.identifier) { insert(token, subject: nil) }
    }

    /// Writes a session's record.
    mutating func update(_ record: SessionRecord) {
        let session = record.identifier
        let earlier = families[session]?.record
        if let earlier { expiry.remove(.session(session), at: earlier.expiresAt) }
        families[session, default: Family()].record = record
        families[session]?.subject = record.subject
        expiry.insert(.session(session), at: record.expiresAt)
    }

    /// Lists one token.
    mutating func insert(_ token: StoredToken, subject: String?) {
        let reference = token.reference
        if let subject, families[reference.session]?.subject == nil {
            users[subject, default: []].insert(reference.session)
            families[reference.session, default: Family()].subject = subject
        }
        if let earlier = families[reference.session]?.tokens[reference.key] {
            expiry.remove(.token(reference), at: earlier)
        }
        families[reference.session, default: Family()].tokens[reference.key] = token.expiresAt
        expiry.insert(.token(reference), at: token.expiresAt)
        // Somebody may have kept the verdict that there is no such token.
        changes.append(.token(reference))
    }

    /// Takes one token off the list; true if it was still good.
    mutating func remove(_ token: TokenReference, now: Int64) -> Bool {
        guard let expiresAt = families[token.session]?.tokens.removeValue(forKey: token.key) else { return false }
        expiry.remove(.token(token), at: expiresAt)
        dropIfEmpty(token.session)
        changes.append(.token(token))
        return expiresAt > now
    }

    /// Ends a session; true if any of it was still good.
    mutating func end(_ session: String, now: Int64) -> Bool {
        guard let family = families.removeValue(forKey: session) else { return false }
        for (key, expiresAt) in family.tokens { expiry.remove(.token(key.reference(in: session)), at: expiresAt) }
        if let record = family.record { expiry.remove(.session(session), at: record.expiresAt) }
        unlist(session, of: family.subject)
        changes.append(.session(session))
        return family.isLiving(at: now)
    }

    /// Notes that the verdicts on the tokens of the record's newest generation changed.
    mutating func announceCurrentTokens(of record: SessionRecord) {
        changes += record.current.tokens(in: record.identifier).map { .token($0.reference) }
    }

    /// Puts an entry on the deny-list.
    mutating func deny(_ denial: TokenDenial) {
        let name = denial.key.storedName
        var entry = (issuedUntil: denial.issuedUntil, expiresAt: denial.expiresAt)
        if let earlier = denials[name] {
            expiry.remove(.denial(name), at: earlier.expiresAt)
            entry = (max(entry.issuedUntil, earlier.issuedUntil), max(entry.expiresAt, earlier.expiresAt))
        }
        denials[name] = entry
        expiry.insert(.denial(name), at: entry.expiresAt)
        changes.append(.denial(name))
    }

    func isDenied(_ token: ForeignToken, now: Int64) -> Bool {
        token.denialNames.contains { name in
            guard let entry = denials[name], entry.expiresAt > now else { return false }
            return token.isDenied(issuedUntil: entry.issuedUntil)
        }
    }

    mutating func removeExpired(now: Int64, limit: Int) -> Int {
        var removed = 0
        while removed < limit, let (entry, second) = expiry.next(notAfter: now) {
            switch entry {
            case .token(let token):
                guard families[token.session]?.tokens[token.key] == second else { continue }
                families[token.session]?.tokens[token.key] = nil
                dropIfEmpty(token.session)
            case .session(let session):
                guard families[session]?.record?.expiresAt == second else { continue }
                families[session]?.record = nil
                dropIfEmpty(session)
            case .denial(let name):
                guard denials[name]?.expiresAt == second else { continue }
                denials[name] = nil
            }
            removed += 1
        }
        return removed
    }

    private mutating func dropIfEmpty(_ session: String) {
        guard let family = families[session], family.record == nil, family.tokens.isEmpty else { return }
        families[session] = nil
        unlist(session, of: family.subject)
    }

    private mutating func unlist(_ session: String, of subject: String?) {
        guard let subject else { return }
        users[subject]?.remove(session)
        if users[subject]?.isEmpty == true { users[subject] = nil }
    }
}

extension TokenReference {
    fileprivate var key: MemoryState.TokenKey { MemoryState.TokenKey(type: type, identifier: identifier) }
}

extension MemoryState.TokenKey {
    fileprivate func reference(in session: String) -> TokenReference {
        TokenReference(session: session, type: type, identifier: identifier)
    }
}

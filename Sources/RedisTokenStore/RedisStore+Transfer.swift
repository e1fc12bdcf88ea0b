package import Tokens

extension RedisStore: TransferableStore {
    package func storedSessions(after cursor: String?, limit: Int, now: Int64)
        async throws(TokenStoreError) -> StorePage
    {
        var position = try await position(cursor)
        let keys = try await scan(&position, for: settings.keys.sessionPattern, count: limit)
        var sessions: [StoredSession] = []
        for found in try await hashes(of: keys.compactMap { settings.keys.session(ofKey: $0) }) {
            if let living = try found.session().living(at: now) { sessions.append(living) }
        }
        return StorePage(sessions: sessions, next: position.text)
    }

    package func add(_ sessions: [StoredSession], now: Int64) async throws(TokenStoreError) -> TransferCount {
        var count = TransferCount()
        let living = sessions.compactMap { $0.living(at: now) }
        count.expired = sessions.count - living.count
        // As with a login, the user's index is written first.
        let listings = living.compactMap { session in
            session.owner.map { owner in
                RedisQuestion.script(
                    .indexSession, key: settings.keys.user(owner),
                    arguments: [String(now), session.identifier, String(session.expiresAt)], mayRepeat: true)
            }
        }
        for answer in await ask(listings) { _ = try answer.get() }
        // Asked twice because a connection broke, an addition counts as known.
        let additions = living.map { session in
            RedisQuestion.script(
                .addSession, key: settings.keys.session(session.identifier),
                arguments: [String(now)] + session.arguments, mayRepeat: true)
        }
        for answer in await ask(additions) {
            if try Self.flag(try answer.get()) { count.added += 1 } else { count.known += 1 }
        }
        return count
    }

    package func storedDenials(after cursor: String?, limit: Int, now: Int64)
        async throws(TokenStoreError) -> DenialPage
    {
        var position = try await position(cursor)
        let found = try await denials(&position, count: limit)
        var entries: [DenialEntry] = []
        for (name, stored) in found {
            guard let stored, DenialEntry.isName(name) else { throw Self.strangeReply }
            guard stored.expiresAt > now else { continue }
            entries.append(DenialEntry(name: name, issuedUntil: stored.issuedUntil, expiresAt: stored.expiresAt))
        }
        return DenialPage(entries: entries, next: position.text)
    }

    package func add(_ denials: [DenialEntry], now: Int64) async throws(TokenStoreError) {
        let living = denials.filter { $0.expiresAt > now }
        let additions = living.map { entry in
            RedisQuestion.script(
                .deny, key: settings.keys.denial(entry.name),
                arguments: [String(now), String(entry.issuedUntil), String(entry.expiresAt)], mayRepeat: true)
        }
        let answers = await ask(additions)
        observers.announce(living.map { .denial($0.name) })
        for answer in answers { guard try Self.flag(answer.get()) else { throw Self.strangeReply } }
    }

    /// The next entries of the deny-list of a walk, as far as they are there; nil where a value cannot be read.
    func denials(_ position: inout ScanPosition, count: Int) async throws(TokenStoreError)
        -> [(name: String, stored: StoredDenial?)]
    {
        let keys = try await scan(&position, for: settings.keys.denialPattern, count: count)
        let names = keys.compactMap { settings.keys.denial(ofKey: $0) }
        let answers = await ask(names.map { .command(["GET", settings.keys.denial($0)]) })
        var found: [(name: String, stored: StoredDenial?)] = []
        for (name, answer) in zip(names, answers) {
            switch answer.result {
            case .success(.null): continue
            case .success(.string(let text)): found.append((name, StoredDenial(text)))
            case .failure(let error) where error.kind != .corrupt: throw error
            // Another type of value, for one.
            case .success, .failure: found.append((name, nil))
            }
        }
        return found
    }

    /// Where a walk through all keys begins, or goes on.
    func position(_ cursor: String?) async throws(TokenStoreError) -> ScanPosition {
        let masters = try await masters()
        guard let cursor else { return ScanPosition(masters: masters) }
        guard let position = ScanPosition(cursor), position.masters == masters else {
            // A walk that misses what lies on a node that came later would be no export.
            throw TokenStoreError(.unreachable, "the masters of the Redis Cluster have changed: begin again")
        }
        return position
    }

    /// The next keys of a walk. `SCAN` gives a key that is there all the time at least once, and blocks nobody.
    func scan(_ position: inout ScanPosition, for pattern: String, count: Int) async throws(TokenStoreError) -> [String]
    {
        guard let master = position.master else { return [] }
        let reply = try await ask(
            master: master, ["SCAN", position.cursor, "MATCH", pattern, "COUNT", String(count)]
        ).get()
        guard let parts = reply.elements, parts.count == 2, let cursor = parts[0].text, let keys = parts[1].elements
        else { throw Self.strangeReply }
        position.advance(to: cursor)
        return keys.compactMap(\.text)
    }

    /// The hashes of sessions, as far as they are there.
    func hashes(of sessions: [String]) async throws(TokenStoreError) -> [StoredHash] {
        let answers = await ask(sessions.map { .command(["HGETALL", settings.keys.session($0)]) })
        var found: [StoredHash] = []
        for (session, answer) in zip(sessions, answers) {
            guard let fields = try answer.get().fields else { throw Self.strangeReply }
            if !fields.isEmpty { found.append(StoredHash(identifier: session, fields: fields)) }
        }
        return found
    }
}

extension StoredSession {
    /// What the script `addSession` wants after the time.
    fileprivate var arguments: [String] {
        var words = [String(tokens.count)]
        for token in tokens {
            words += [
                token.reference.type.rawValue, token.reference.identifier, String(token.expiresAt),
                isUnconfirmed(token.reference) ? "0" : "1",
            ]
        }
        if let record { return words + record.fields }
        if let subject { return words + ["sub", subject] }
        return words
    }
}

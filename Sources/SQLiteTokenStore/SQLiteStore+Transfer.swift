internal import CSQLite
package import Tokens

extension SQLiteStore: TransferableStore {
    package func storedSessions(after cursor: String?, limit: Int, now: Int64)
        async throws(TokenStoreError) -> StorePage
    {
        try await read { connection throws(SQLiteError) in
            try connection.reading { () throws(SQLiteError) in
                let names = try connection.sessionIdentifiers(after: cursor, limit: limit)
                var sessions: [StoredSession] = []
                for name in names {
                    guard let session = try connection.stored(name, now: now) else { continue }
                    sessions.append(session)
                }
                return StorePage(sessions: sessions, next: names.count < limit ? nil : names.last)
            }
        }
    }

    package func add(_ sessions: [StoredSession], now: Int64) async throws(TokenStoreError) -> TransferCount {
        try await write { connection, changes throws(SQLiteError) in
            var count = TransferCount()
            for session in sessions {
                guard let living = session.living(at: now) else {
                    count.expired += 1
                    continue
                }
                guard try !connection.knows(session.identifier) else {
                    count.known += 1
                    continue
                }
                try connection.add(living)
                changes += living.tokens.map { .token($0.reference) }
                count.added += 1
            }
            return count
        }
    }

    package func storedDenials(after cursor: String?, limit: Int, now: Int64)
        async throws(TokenStoreError) -> DenialPage
    {
        try await read { connection throws(SQLiteError) in
            let entries = try connection.denials(after: cursor, limit: limit, now: now)
            return DenialPage(entries: entries, next: entries.count < limit ? nil : entries.last?.name)
        }
    }

    package func add(_ denials: [DenialEntry], now: Int64) async throws(TokenStoreError) {
        try await write { connection, changes throws(SQLiteError) in
            for entry in denials where entry.expiresAt > now {
                try connection.put(entry)
                changes.append(.denial(entry.name))
            }
        }
    }
}

extension SQLiteConnection {
    /// The next sessions by their names, also those that exist only as a token.
    fileprivate func sessionIdentifiers(after name: String?, limit: Int) throws(SQLiteError) -> [String] {
        // Two walks along primary keys that SQLite merges as it goes. No name is the empty text.
        try rows(
            """
            SELECT sid FROM session WHERE sid > ?1 UNION SELECT sid FROM token WHERE sid > ?1 ORDER BY sid LIMIT ?2
            """, [.text(name ?? ""), .integer(Int64(limit))]
        ) { row throws(SQLiteError) in row.text(0) }
    }

    /// What lives of a session; nil if nothing does.
    fileprivate func stored(_ session: String, now: Int64) throws(SQLiteError) -> StoredSession? {
        var subject: String?
        let tokens = try rows(
            "SELECT type, jti, expires_at, subject FROM token WHERE sid = ? AND expires_at > ?",
            [.text(session), .integer(now)]
        ) { row throws(SQLiteError) in
            guard let type = TokenType(rawValue: row.text(0)) else {
                throw SQLiteError(code: SQLITE_CORRUPT, message: "a token's type cannot be read")
            }
            subject = row.optionalText(3) ?? subject
            return StoredToken(
                reference: TokenReference(session: session, type: type, identifier: row.text(1)),
                expiresAt: row.integer(2))
        }
        return StoredSession(
            identifier: session, record: try self.session(session, now: now), subject: subject, tokens: tokens
        ).living(at: now)
    }

    /// Whether there is anything of a session.
    fileprivate func knows(_ session: String) throws(SQLiteError) -> Bool {
        try integer(
            "SELECT EXISTS (SELECT 1 FROM session WHERE sid = ?1) OR EXISTS (SELECT 1 FROM token WHERE sid = ?1)",
            [.text(session)]) != 0
    }

    fileprivate func add(_ session: StoredSession) throws(SQLiteError) {
        if let record = session.record { try put(record) }
        for token in session.tokens {
            try put(token, subject: session.subject, isConfirmed: !session.isUnconfirmed(token.reference))
        }
    }
}

internal import Tokens

/// The deny-list for tokens of foreign issuers. Each function is a part of a transaction that the caller has open.
extension SQLiteConnection {
    /// Notes an entry; of two about the same, the one that denies more, for longer.
    func put(_ entry: DenialEntry) throws(SQLiteError) {
        try execute(
            """
            INSERT INTO denial (name, issued_until, expires_at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET
              issued_until = max(issued_until, excluded.issued_until), expires_at = max(expires_at, excluded.expires_at)
            """,
            [.text(entry.name), .integer(entry.issuedUntil), .integer(entry.expiresAt)])
    }

    /// The next entries by their names that live.
    func denials(after name: String?, limit: Int, now: Int64) throws(SQLiteError) -> [DenialEntry] {
        // No name is the empty text.
        try rows(
            "SELECT name, issued_until, expires_at FROM denial WHERE name > ? AND expires_at > ? ORDER BY name LIMIT ?",
            [.text(name ?? ""), .integer(now), .integer(Int64(limit))]
        ) { row throws(SQLiteError) in
            DenialEntry(name: row.text(0), issuedUntil: row.integer(1), expiresAt: row.integer(2))
        }
    }

    /// Whether an entry is about a token.
    func isDenied(_ token: ForeignToken, now: Int64) throws(SQLiteError) -> Bool {
        for name in token.denialNames {
            let until = try first(
                "SELECT issued_until FROM denial WHERE name = ? AND expires_at > ?", [.text(name), .integer(now)]
            ) { row throws(SQLiteError) in row.integer(0) }
            if let until, token.isDenied(issuedUntil: until) { return true }
        }
        return false
    }

    /// Forgets at most `limit` entries whose time is over; the number of those.
    func removeExpiredDenials(now: Int64, limit: Int) throws(SQLiteError) -> Int {
        try execute(
            """
            DELETE FROM denial WHERE name IN
              (SELECT name FROM denial WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, [.integer(now), .integer(Int64(limit))])
        return changes
    }
}

internal import Tokens

/// The allow-list. Each function is a part of a transaction that the caller has open.
extension SQLiteConnection {
    /// Puts a token on the list.
    ///
    /// - Parameter isConfirmed: false for one of a generation that nobody has presented yet.
    func put(_ token: StoredToken, subject: String?, isConfirmed: Bool = true) throws(SQLiteError) {
        let reference = token.reference
        try execute(
            """
            INSERT INTO token (sid, type, jti, expires_at, subject, is_confirmed) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (sid, type, jti) DO UPDATE SET
              expires_at = excluded.expires_at, subject = coalesce(excluded.subject, subject),
              is_confirmed = excluded.is_confirmed
            """,
            [
                .text(reference.session), .text(reference.type.rawValue), .text(reference.identifier),
                .integer(token.expiresAt), .optional(subject), .flag(isConfirmed),
            ])
    }

    /// Puts both tokens of a session's newest generation on the list. Those of earlier ones need no confirmation then.
    func putTokens(of session: SessionRecord) throws(SQLiteError) {
        try confirmTokens(of: session.identifier)
        for token in session.current.tokens(in: session.identifier) {
            try put(token, subject: nil, isConfirmed: session.isConfirmed)
        }
    }

    /// Notes that no token of a session needs to be confirmed.
    func confirmTokens(of session: String) throws(SQLiteError) {
        try execute("UPDATE token SET is_confirmed = 1 WHERE sid = ? AND is_confirmed = 0", [.text(session)])
    }

    /// Whether a token is on the list.
    func isListed(_ token: TokenReference, now: Int64) throws(SQLiteError) -> Bool {
        try integer(
            "SELECT count(*) FROM token WHERE sid = ? AND type = ? AND jti = ? AND expires_at > ?",
            Self.name(token, now)) > 0
    }

    /// Whether a token is on the list, and if so whether it needs to be confirmed no more; nil if it is not.
    func isConfirmed(_ token: TokenReference, now: Int64) throws(SQLiteError) -> Bool? {
        try first(
            "SELECT is_confirmed FROM token WHERE sid = ? AND type = ? AND jti = ? AND expires_at > ?",
            Self.name(token, now)
        ) { row throws(SQLiteError) in row.integer(0) != 0 }
    }

    /// Takes a token off the list; true if it was still good.
    func remove(_ token: TokenReference, now: Int64) throws(SQLiteError) -> Bool {
        try execute(
            "DELETE FROM token WHERE sid = ? AND type = ? AND jti = ? AND expires_at > ?", Self.name(token, now))
        return changes > 0
    }

    /// Forgets at most `limit` tokens, sessions and denials whose time is over; the number of those.
    func removeExpired(now: Int64, limit: Int) throws(SQLiteError) -> Int {
        try execute(
            """
            DELETE FROM token WHERE (sid, type, jti) IN
              (SELECT sid, type, jti FROM token WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, [.integer(now), .integer(Int64(limit))])
        let tokens = changes
        guard tokens < limit else { return tokens }
        try execute(
            """
            DELETE FROM session WHERE rowid IN
              (SELECT rowid FROM session WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, [.integer(now), .integer(Int64(limit - tokens))])
        let rows = tokens + changes
        guard rows < limit else { return rows }
        return rows + (try removeExpiredDenials(now: now, limit: limit - rows))
    }

    private static func name(_ token: TokenReference, _ now: Int64) -> [SQLiteValue] {
        [.text(token.session), .text(token.type.rawValue), .text(token.identifier), .integer(now)]
    }
}

extension TokenGeneration {
    /// The names of its two tokens.
    func references(in session: String) -> [TokenReference] {
        [
            TokenReference(session: session, type: .access, identifier: accessIdentifier),
            TokenReference(session: session, type: .refresh, identifier: refreshIdentifier),
        ]
    }
}

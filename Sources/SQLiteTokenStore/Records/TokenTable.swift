internal import Tokens

/// The allow-list. Each function is a part of a transaction that the caller has open.
extension SQLiteConnection {
    /// Puts a token on the list.
    func put(_ token: StoredToken, subject: String?) throws(SQLiteError) {
        let reference = token.reference
        try execute(
            """
            INSERT INTO token (sid, type, jti, expires_at, subject) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (sid, type, jti) DO UPDATE SET
              expires_at = excluded.expires_at, subject = coalesce(excluded.subject, subject)
            """,
            [
                .text(reference.session), .text(reference.type.rawValue), .text(reference.identifier),
                .integer(token.expiresAt), .optional(subject),
            ])
    }

    /// Puts both tokens of a generation on the list.
    func put(_ generation: TokenGeneration, of session: String) throws(SQLiteError) {
        for reference in generation.references(in: session) {
            let expiresAt = reference.type == .access ? generation.accessExpiresAt : generation.refreshExpiresAt
            try put(StoredToken(reference: reference, expiresAt: expiresAt), subject: nil)
        }
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
            """
            SELECT session.is_confirmed IS NOT 0 OR NOT
              CASE token.type WHEN 'access' THEN token.jti = access_jti
                WHEN 'refresh' THEN token.jti = refresh_jti ELSE 0 END
            FROM token LEFT JOIN session ON session.sid = token.sid
            WHERE token.sid = ? AND token.type = ? AND token.jti = ? AND token.expires_at > ?
            """, Self.name(token, now)
        ) { row throws(SQLiteError) in row.integer(0) != 0 }
    }

    /// Takes a token off the list; true if it was still good.
    func remove(_ token: TokenReference, now: Int64) throws(SQLiteError) -> Bool {
        try execute(
            "DELETE FROM token WHERE sid = ? AND type = ? AND jti = ? AND expires_at > ?", Self.name(token, now))
        return changes > 0
    }

    /// Forgets at most `limit` tokens and sessions whose time is over; the number of those.
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
        return tokens + changes
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

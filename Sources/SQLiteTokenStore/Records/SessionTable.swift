internal import CSQLite
internal import Tokens

/// The table of sessions. Each function is a part of a transaction that the caller has open.
extension SQLiteConnection {
    private static let sessionColumns = """
        sid, subject, claims, created_at, last_seen_at, client_address, user_agent, generation, access_jti, \
        refresh_jti, issued_at, access_expires_at, refresh_expires_at, is_confirmed, superseded
        """

    /// A session that lives.
    func session(_ identifier: String, now: Int64) throws(SQLiteError) -> SessionRecord? {
        try first(
            "SELECT \(Self.sessionColumns) FROM session WHERE sid = ? AND expires_at > ?",
            [.text(identifier), .integer(now)], Self.record)
    }

    /// A user's sessions that live, the oldest first.
    func sessions(of subject: String, now: Int64) throws(SQLiteError) -> [SessionRecord] {
        try rows(
            """
            SELECT \(Self.sessionColumns) FROM session WHERE subject = ? AND expires_at > ?
            ORDER BY created_at, sid
            """, [.text(subject), .integer(now)], Self.record)
    }

    /// Writes a session, in place of an earlier record of it.
    func put(_ session: SessionRecord) throws(SQLiteError) {
        let current = session.current
        try execute(
            """
            INSERT INTO session (\(Self.sessionColumns), expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (sid) DO UPDATE SET
              subject = excluded.subject, claims = excluded.claims, created_at = excluded.created_at,
              last_seen_at = excluded.last_seen_at, client_address = excluded.client_address,
              user_agent = excluded.user_agent, generation = excluded.generation,
              access_jti = excluded.access_jti, refresh_jti = excluded.refresh_jti, issued_at = excluded.issued_at,
              access_expires_at = excluded.access_expires_at, refresh_expires_at = excluded.refresh_expires_at,
              is_confirmed = excluded.is_confirmed, superseded = excluded.superseded,
              expires_at = excluded.expires_at
            """,
            [
                .text(session.identifier), .text(session.subject), .text(session.claims),
                .integer(session.createdAt), .integer(session.lastSeenAt), .text(session.clientAddress),
                .optional(session.userAgent), .integer(current.number), .text(current.accessIdentifier),
                .text(current.refreshIdentifier), .integer(current.issuedAt), .integer(current.accessExpiresAt),
                .integer(current.refreshExpiresAt), .flag(session.isConfirmed),
                .text(SupersededRefreshToken.text(session.superseded)), .integer(session.expiresAt),
            ])
    }

    /// Replaces a living session's claims; false if it does not live.
    func updateClaims(of session: String, to claims: String, now: Int64) throws(SQLiteError) -> Bool {
        try execute(
            "UPDATE session SET claims = ? WHERE sid = ? AND expires_at > ?",
            [.text(claims), .text(session), .integer(now)])
        return changes > 0
    }

    /// Removes a session and all of its tokens; true if any of it was still good.
    func end(_ session: String, now: Int64) throws(SQLiteError) -> Bool {
        let living = try integer(
            """
            SELECT (SELECT count(*) FROM session WHERE sid = ?1 AND expires_at > ?2)
              + (SELECT count(*) FROM token WHERE sid = ?1 AND expires_at > ?2)
            """, [.text(session), .integer(now)])
        try execute("DELETE FROM token WHERE sid = ?", [.text(session)])
        try execute("DELETE FROM session WHERE sid = ?", [.text(session)])
        return living > 0
    }

    /// The names of all sessions of a user, also of those that exist only as a token.
    func sessionIdentifiers(of subject: String) throws(SQLiteError) -> [String] {
        try rows(
            "SELECT sid FROM session WHERE subject = ?1 UNION SELECT sid FROM token WHERE subject = ?1",
            [.text(subject)]
        ) { row throws(SQLiteError) in row.text(0) }
    }

    private static func record(_ row: SQLiteStatement) throws(SQLiteError) -> SessionRecord {
        guard let superseded = SupersededRefreshToken.list(from: row.text(14)) else {
            throw SQLiteError(code: SQLITE_CORRUPT, message: "a session's list of superseded tokens cannot be read")
        }
        return SessionRecord(
            identifier: row.text(0), subject: row.text(1), claims: row.text(2), createdAt: row.integer(3),
            lastSeenAt: row.integer(4), clientAddress: row.text(5), userAgent: row.optionalText(6),
            current: TokenGeneration(
                number: row.integer(7), accessIdentifier: row.text(8), refreshIdentifier: row.text(9),
                issuedAt: row.integer(10), accessExpiresAt: row.integer(11), refreshExpiresAt: row.integer(12)),
            isConfirmed: row.integer(13) != 0, superseded: superseded)
    }
}

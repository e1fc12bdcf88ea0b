internal import CSQLite

/// The tables, and the steps that lead from an older file to them. A file's `user_version` counts the steps it has
/// taken; a step that was released is never changed, only followed by another.
enum Schema {
    /// Marks a file as ours (`PRAGMA application_id`): "sally" as far as four bytes go.
    static let applicationIdentifier: Int64 = 0x7361_6C79

    /// The steps, in order; each is run once, all that are missing in one transaction.
    static let migrations: [[String]] = [
        [
            """
            CREATE TABLE session (
              sid TEXT NOT NULL PRIMARY KEY,
              subject TEXT NOT NULL,
              claims TEXT NOT NULL,
              created_at INTEGER NOT NULL,
              last_seen_at INTEGER NOT NULL,
              client_address TEXT NOT NULL,
              user_agent TEXT,
              generation INTEGER NOT NULL,
              access_jti TEXT NOT NULL,
              refresh_jti TEXT NOT NULL,
              issued_at INTEGER NOT NULL,
              access_expires_at INTEGER NOT NULL,
              refresh_expires_at INTEGER NOT NULL,
              is_confirmed INTEGER NOT NULL,
              superseded TEXT NOT NULL,
              expires_at INTEGER NOT NULL
            ) STRICT
            """,
            "CREATE INDEX session_by_subject ON session (subject, created_at)",
            "CREATE INDEX session_by_expiry ON session (expires_at)",
            """
            CREATE TABLE token (
              sid TEXT NOT NULL,
              type TEXT NOT NULL,
              jti TEXT NOT NULL,
              expires_at INTEGER NOT NULL,
              subject TEXT,
              PRIMARY KEY (sid, type, jti)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX token_by_expiry ON token (expires_at)",
            "CREATE INDEX token_by_subject ON token (subject) WHERE subject IS NOT NULL",
            "PRAGMA application_id = \(applicationIdentifier)",
        ]
    ]

    /// Brings a file up to date. Refuses one that a newer version has written, and one that is not ours.
    static func migrate(_ connection: SQLiteConnection) throws(SQLiteError) {
        guard try connection.integer("PRAGMA user_version") != migrations.count else {
            return try refuseForeign(connection)
        }
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            // Another process may have done it while we waited for the lock.
            let version = Int(try connection.integer("PRAGMA user_version"))
            guard version >= 0, version <= migrations.count else {
                throw SQLiteError(
                    code: SQLITE_FORMAT,
                    message: "the file has schema \(version), this version knows \(migrations.count)")
            }
            try refuseForeign(connection)
            for statement in migrations[version...].joined() { try connection.execute(statement) }
            try connection.execute("PRAGMA user_version = \(migrations.count)")
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    private static func refuseForeign(_ connection: SQLiteConnection) throws(SQLiteError) {
        guard try connection.integer("PRAGMA application_id") != applicationIdentifier,
            try connection.integer("SELECT count(*) FROM sqlite_schema") > 0
        else { return }
        throw SQLiteError(code: SQLITE_NOTADB, message: "the file is a database of another application")
    }
}

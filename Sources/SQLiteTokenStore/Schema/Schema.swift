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
        ],
        [
            """
            CREATE TABLE denial (
              name TEXT NOT NULL PRIMARY KEY,
              issued_until INTEGER NOT NULL,
              expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX denial_by_expiry ON denial (expires_at)",
        ],
        // A verdict reads one row of one tree: with a million sessions each further one is a page that no cache holds.
        [
            "ALTER TABLE token ADD COLUMN is_confirmed INTEGER NOT NULL DEFAULT 1",
            """
            UPDATE token SET is_confirmed = 0 WHERE (sid, type, jti) IN
              (SELECT sid, 'access', access_jti FROM session WHERE is_confirmed = 0
                UNION ALL SELECT sid, 'refresh', refresh_jti FROM session WHERE is_confirmed = 0)
            """,
        ],
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
            guard version >= 0, version <= migrations.count else { throw newer(version) }
            try refuseForeign(connection)
            for statement in migrations[version...].joined() { try connection.execute(statement) }
            try connection.execute("PRAGMA user_version = \(migrations.count)")
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    private static func newer(_ version: Int) -> SQLiteError {
        SQLiteError(
            code: SQLITE_FORMAT,
            message: "the file was written by a newer version of Sallyport (schema \(version), this version knows "
                + "\(migrations.count)): run that version, or take another file")
    }

    /// Refuses a file that this version does not know in full; for those who only look, and migrate nothing.
    static func refuseUnknown(_ connection: SQLiteConnection) throws(SQLiteError) {
        try refuseForeign(connection)
        let version = Int(try connection.integer("PRAGMA user_version"))
        if version > migrations.count { throw newer(version) }
        guard version == migrations.count else {
            throw SQLiteError(
                code: SQLITE_FORMAT,
                message: "the file has the older schema \(version), this version needs \(migrations.count): "
                    + "any other command, or the proxy, brings it up to date")
        }
    }

    private static func refuseForeign(_ connection: SQLiteConnection) throws(SQLiteError) {
        guard try connection.integer("PRAGMA application_id") != applicationIdentifier,
            try connection.integer("SELECT count(*) FROM sqlite_schema") > 0
        else { return }
        throw SQLiteError(code: SQLITE_NOTADB, message: "the file is a database of another application")
    }
}

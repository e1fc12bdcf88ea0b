internal import CSQLite
package import Tokens

/// A look at a file as a whole.
extension SQLiteStore {
    /// Looks for damage and for entries that do not agree with each other; nothing is changed. It reads all of the
    /// file, from one state of it: whoever writes meanwhile is not disturbed.
    ///
    /// - Throws: ``Tokens/TokenStoreError``: `unreachable` if there is no file, `corrupt` if it is no database of ours
    ///   or too damaged to be read.
    package static func inspect(path: String, now: Int64) throws(TokenStoreError) -> StoreReport {
        let file = DatabaseFile(path: path)
        guard file.identity != nil else { throw TokenStoreError(.unreachable, "there is no file \(path)") }
        do throws(SQLiteError) {
            let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
            try Schema.refuseUnknown(connection)
            return try connection.reading { () throws(SQLiteError) in
                var report = StoreReport()
                try connection.count(into: &report, now: now)
                try connection.findDamage(into: &report)
                report.figures += [
                    .init("file_bytes", .integer(bytes(of: path))),
                    .init("log_bytes", .integer(bytes(of: path + "-wal"))),
                ]
                return report
            }
        } catch {
            throw error.storeError
        }
    }
}

extension SQLiteConnection {
    /// What disagrees, as a count of rows and the sentence for each of them.
    private static let disagreements = [
        (
            "SELECT count(*) FROM session WHERE expires_at <> max(access_expires_at, refresh_expires_at)",
            "a session's expiry is not that of its newest token"
        ),
        (
            "SELECT count(*) FROM session WHERE NOT json_valid(claims) OR json_type(claims) <> 'object'",
            "a session's claims are no JSON object"
        ),
        (
            "SELECT count(*) FROM token WHERE type NOT IN ('access', 'refresh', 'websocket')",
            "a token is of no known type"
        ),
        (
            """
            SELECT count(*) FROM session JOIN token ON token.sid = session.sid
            WHERE (type = 'access' AND jti = access_jti AND token.expires_at <> access_expires_at)
              OR (type = 'refresh' AND jti = refresh_jti AND token.expires_at <> refresh_expires_at)
            """,
            "a token and its session do not agree about its expiry"
        ),
        (
            """
            SELECT count(*) FROM session JOIN token ON token.sid = session.sid
            WHERE token.is_confirmed <> (session.is_confirmed <> 0
              OR NOT (type = 'access' AND jti = access_jti OR type = 'refresh' AND jti = refresh_jti))
            """,
            "a token and its session do not agree whether it was presented"
        ),
        (
            """
            SELECT count(*) FROM denial
            WHERE length(name) <> 43 OR name GLOB '*[^A-Za-z0-9_-]*' OR issued_until < 0 OR expires_at < 0
            """,
            "an entry of the deny-list is about nothing that anybody could ask for"
        ),
    ]

    fileprivate func count(into report: inout StoreReport, now: Int64) throws(SQLiteError) {
        let time: [SQLiteValue] = [.integer(now)]
        report.sessions = Int(try integer("SELECT count(*) FROM session WHERE expires_at > ?", time))
        report.tokens = Int(try integer("SELECT count(*) FROM token WHERE expires_at > ?", time))
        report.denials = Int(try integer("SELECT count(*) FROM denial WHERE expires_at > ?", time))
        report.expired = Int(
            try integer(
                """
                SELECT (SELECT count(*) FROM session WHERE expires_at <= ?1)
                  + (SELECT count(*) FROM token WHERE expires_at <= ?1)
                  + (SELECT count(*) FROM denial WHERE expires_at <= ?1)
                """, time))
        let free = try integer("PRAGMA freelist_count") * integer("PRAGMA page_size")
        report.figures += [
            .init("schema", .integer(try integer("PRAGMA user_version"))), .init("free_bytes", .integer(free)),
            .init("gives_space_back", .boolean(try integer("PRAGMA auto_vacuum") == 2)),
        ]
    }

    /// Also compares each index with its table.
    fileprivate func findDamage(into report: inout StoreReport) throws(SQLiteError) {
        let limit = StoreReport.problemLimit + 1
        for line in try rows("PRAGMA integrity_check(\(limit))", [], { row throws(SQLiteError) in row.text(0) })
        where line != "ok" {
            report.note(line)
        }
        for (query, sentence) in Self.disagreements {
            for _ in 0..<(try integer(query)) { report.note(sentence) }
        }
        _ = try rows("SELECT superseded FROM session WHERE superseded <> ''") { row throws(SQLiteError) in
            guard SupersededRefreshToken.list(from: row.text(0)) == nil else { return }
            report.note("a session's list of superseded tokens cannot be read")
        }
    }
}

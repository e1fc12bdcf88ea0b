import Glibc
import Testing
import Tokens

@testable import SQLiteTokenStore

/// Files of other versions.
@Suite(.timeLimit(.minutes(1)))
struct SQLiteMigrationTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("sallyport.db")
    }

    /// A file as version 1 of the schema made it, with one session: what was released is never changed, so these
    /// statements stand here as they were then.
    private func makeFirstVersion() throws {
        let file = DatabaseFile(path: path)
        try file.create()
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        for statement in Self.firstVersion { try connection.execute(statement) }
    }

    private static let firstVersion = [
        "PRAGMA journal_mode = WAL",
        """
        CREATE TABLE session (sid TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL, claims TEXT NOT NULL,
          created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, client_address TEXT NOT NULL, user_agent TEXT,
          generation INTEGER NOT NULL, access_jti TEXT NOT NULL, refresh_jti TEXT NOT NULL,
          issued_at INTEGER NOT NULL, access_expires_at INTEGER NOT NULL, refresh_expires_at INTEGER NOT NULL,
          is_confirmed INTEGER NOT NULL, superseded TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT
        """,
        "CREATE INDEX session_by_subject ON session (subject, created_at)",
        "CREATE INDEX session_by_expiry ON session (expires_at)",
        """
        CREATE TABLE token (sid TEXT NOT NULL, type TEXT NOT NULL, jti TEXT NOT NULL, expires_at INTEGER NOT NULL,
          subject TEXT, PRIMARY KEY (sid, type, jti)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX token_by_expiry ON token (expires_at)",
        "CREATE INDEX token_by_subject ON token (subject) WHERE subject IS NOT NULL",
        "PRAGMA application_id = \(0x7361_6C79)",
        "PRAGMA user_version = 1",
        """
        INSERT INTO session VALUES ('s1', 'alice', '{"name":"Änne \\"A\\""}', 1000, 1000, '2001:db8::1', NULL, 1,
          's1-a1', 's1-r1', 1000, 2800, 87400, 1, '', 87400)
        """,
        "INSERT INTO token VALUES ('s1', 'access', 's1-a1', 2800, NULL)",
        "INSERT INTO token VALUES ('s1', 'refresh', 's1-r1', 87400, NULL)",
        "INSERT INTO token VALUES ('lone', 'websocket', 'w', 2800, 'alice')",
        // One whose second generation nobody has presented yet.
        """
        INSERT INTO session VALUES ('s2', 'bob', '{}', 1000, 1000, '2001:db8::1', NULL, 2,
          's2-a2', 's2-r2', 1000, 2800, 87400, 0, '5 87400 - s2-r1', 87400)
        """,
        "INSERT INTO token VALUES ('s2', 'access', 's2-a1', 2800, NULL)",
        "INSERT INTO token VALUES ('s2', 'access', 's2-a2', 2800, NULL)",
        "INSERT INTO token VALUES ('s2', 'refresh', 's2-r2', 87400, NULL)",
    ]

    @Test("A file of the first version is opened with all that is in it, and goes on working")
    func firstVersionFile() async throws {
        try makeFirstVersion()
        let store = try SQLiteStore(path: path)
        #expect(try await store.session("s1", now: 1000) == Sample.session())
        #expect(
            try await store.verdict(on: Sample.access(1), now: 1000) == .live(isConfirmed: true, isWatched: true))
        for (type, jti, isConfirmed) in [
            (TokenType.access, "s2-a1", true), (.access, "s2-a2", false), (.refresh, "s2-r2", false),
        ] {
            let token = TokenReference(session: "s2", type: type, identifier: jti)
            #expect(
                try await store.verdict(on: token, now: 1000) == .live(isConfirmed: isConfirmed, isWatched: true))
        }
        #expect(try SQLiteStore.inspect(path: path, now: 1000).problems == [])
        guard case .rotated(let record) = try await store.rotate(Sample.rotation(presenting: 1, at: 1100)) else {
            Issue.record("the refresh token of the older file is not exchanged")
            return
        }
        #expect(record.current.number == 2)
        #expect(try await store.endAllSessions(of: "alice", now: 1100) == 2)
        await store.close()
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        #expect(Int(try connection.integer("PRAGMA user_version")) == Schema.migrations.count)
    }

    @Test("A file of the present version is opened as it is, by as many as want to")
    func presentVersion() async throws {
        let first = try SQLiteStore(path: path)
        try await first.insert(Sample.session(), now: 1000)
        await first.close()
        let stores = try (0..<4).map { _ in try SQLiteStore(path: path) }
        for store in stores {
            #expect(try await store.session("s1", now: 1000) == Sample.session())
            await store.close()
        }
    }

    @Test("An older file that several meet at once is brought up to date by one of them")
    func together() async throws {
        try makeFirstVersion()
        let path = path
        let found = try await withThrowingTaskGroup(of: SessionRecord?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let store = try SQLiteStore(path: path)
                    let record = try await store.session("s1", now: 1000)
                    await store.close()
                    return record
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == Array(repeating: Sample.session(), count: 8))
    }

    @Test("A file that a newer version wrote is refused with a sentence, and not touched")
    func newer() async throws {
        let store = try SQLiteStore(path: path)
        try await store.insert(Sample.session(), now: 1000)
        await store.close()
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        let version = Schema.migrations.count + 1
        try connection.execute("PRAGMA user_version = \(version)")
        let error = #expect(throws: TokenStoreError.self) { _ = try SQLiteStore(path: path) }
        #expect(error?.kind == .corrupt)
        #expect(error?.reason.contains("newer version of Sallyport (schema \(version)") == true)
        #expect(throws: try #require(error)) { _ = try SQLiteStore.inspect(path: path, now: 1000) }
        #expect(try connection.integer("PRAGMA user_version") == Int64(version))
        #expect(try connection.integer("SELECT count(*) FROM session") == 1)
    }

    @Test("A step that fails halfway leaves the file as it was")
    func halfway() throws {
        try makeFirstVersion()
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        try connection.execute("PRAGMA user_version = 0")
        // The first statement of the first step meets a table that is there already.
        #expect(throws: TokenStoreError.self) { _ = try SQLiteStore(path: path) }
        #expect(try connection.integer("PRAGMA user_version") == 0)
        #expect(try connection.integer("SELECT count(*) FROM session") == 2)
    }
}

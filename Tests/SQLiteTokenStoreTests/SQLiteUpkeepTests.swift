import Glibc
import Synchronization
import Testing
import Tokens

@testable import SQLiteTokenStore

/// What `sallyport store` does with a file.
@Suite(.timeLimit(.minutes(2)))
struct SQLiteUpkeepTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("sallyport.db")
    }

    private func fill(_ store: SQLiteStore, _ count: Int, at time: Int64 = 1000) async throws {
        for start in stride(from: 0, to: count, by: 500) {
            let sessions = (start..<min(start + 500, count)).map { number in
                let record = Sample.session("s\(time)-\(number)", at: time)
                return StoredSession(
                    identifier: record.identifier, record: record, tokens: record.current.tokens(in: record.identifier))
            }
            #expect(try await store.add(sessions, now: time).added == sessions.count)
        }
    }

    @Test("A look at a file counts what lives and what has expired, and finds nothing wrong with a good one")
    func inspection() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        try await fill(store, 100)
        let report = try SQLiteStore.inspect(path: path, now: 3000)
        #expect((report.sessions, report.tokens, report.expired) == (100, 100, 100))
        #expect(report.problems == [] && report.problemCount == 0)
        #expect(report.figures.contains(.init("schema", .integer(Int64(Schema.migrations.count)))))
        #expect(report.figures.contains(.init("gives_space_back", true)))
        await store.close()
        let missing = folder.file("none.db")
        #expect(throws: TokenStoreError(.unreachable, "there is no file \(missing)")) {
            _ = try SQLiteStore.inspect(path: missing, now: 0)
        }
        #expect(unsafe access(missing, F_OK) != 0)
    }

    @Test(
        "A look at a file finds rows that do not agree with each other",
        arguments: [
            (
                "UPDATE denial SET name = 'carol'",
                "an entry of the deny-list is about nothing that anybody could ask for"
            ),
            (
                "UPDATE denial SET expires_at = -1",
                "an entry of the deny-list is about nothing that anybody could ask for"
            ),
            ("UPDATE session SET expires_at = 1", "a session's expiry is not that of its newest token"),
            ("UPDATE session SET claims = '[]'", "a session's claims are no JSON object"),
            ("UPDATE session SET claims = '{'", "a session's claims are no JSON object"),
            ("UPDATE session SET superseded = '3 x'", "a session's list of superseded tokens cannot be read"),
            ("UPDATE token SET type = 'id' WHERE type = 'access'", "a token is of no known type"),
            ("UPDATE token SET expires_at = 7", "a token and its session do not agree about its expiry"),
            ("UPDATE token SET is_confirmed = 0", "a token and its session do not agree whether it was presented"),
        ])
    func disagreement(_ change: String, _ problem: String) async throws {
        let store = try SQLiteStore(path: path)
        try await fill(store, 1)
        let key = DenialKey(.token, issuer: "https://issuer.example", name: "t1")
        try await store.deny(TokenDenial(key: key, expiresAt: 5000), now: 1000)
        #expect(try SQLiteStore.inspect(path: path, now: 1000).problemCount == 0)
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        try connection.execute(change)
        #expect(try SQLiteStore.inspect(path: path, now: 1000).problems.contains(problem))
        await store.close()
    }

    @Test("Damage of an index is found, and a file that is no database is an error")
    func damage() async throws {
        let store = try SQLiteStore(path: path)
        try await fill(store, 50)
        await store.close()
        let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
        // An index that lost its entries: the schema says the table is smaller than it is.
        try connection.execute("PRAGMA writable_schema = ON")
        try connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'token_by_subject') "
                + "WHERE name = 'session_by_expiry'")
        try connection.execute("PRAGMA writable_schema = RESET")
        let report = try SQLiteStore.inspect(path: path, now: 1000)
        #expect(report.problemCount > StoreReport.problemLimit - 1)
        #expect(report.problems.count == StoreReport.problemLimit)

        let other = folder.file("other.db")
        let descriptor = unsafe open(other, O_CREAT | O_WRONLY, 0o600)
        let bytes = [UInt8](repeating: 7, count: 8192)
        #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let error = #expect(throws: TokenStoreError.self) { _ = try SQLiteStore.inspect(path: other, now: 0) }
        #expect(error?.kind == .corrupt)
    }

    @Test("Compacting removes what has expired, makes the file smaller, and lets others write within milliseconds")
    func compacting() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        try await fill(store, 20_000)
        try await fill(store, 10, at: 90_000)
        let full = try SQLiteStore.size(path: path)
        #expect(full.givesSpaceBack)

        // A proxy beside it, with the deadline that proxies have.
        let proxy = try SQLiteStore(path: path)
        let tool = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        async let removed = tool.compact(now: 88_000)
        var written = 0
        for number in 0..<200 {
            try await proxy.insert(Sample.session("new\(number)", at: 90_000), now: 90_000)
            written += 1
        }
        #expect(try await removed == 60_000)
        #expect(written == 200)
        await store.close()
        await proxy.close()
        await tool.close()
        let after = try SQLiteStore.size(path: path)
        #expect(after.bytes < full.bytes / 4)
        let report = try SQLiteStore.inspect(path: path, now: 90_000)
        #expect((report.sessions, report.expired, report.problemCount) == (210, 0, 0))
    }

    @Test("A file that cannot give pages back is written anew once, and then can")
    func rewriting() async throws {
        do {
            let file = DatabaseFile(path: path)
            try file.create()
            let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
            try connection.execute("PRAGMA journal_mode = WAL")
            try Schema.migrate(connection)
        }
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        try await fill(store, 1000)
        try await fill(store, 1, at: 90_000)
        let full = try SQLiteStore.size(path: path)
        #expect(!full.givesSpaceBack)
        #expect(try await store.compact(now: 88_000) == 3000)
        try SQLiteStore.rewrite(path: path)
        let after = try SQLiteStore.size(path: path)
        #expect(after.givesSpaceBack && after.bytes < full.bytes / 2)
        #expect(try await store.session("s90000-0", now: 90_000) != nil)
        await store.close()
    }

    @Test("A store is read page by page, each session whole, and filled again without a difference")
    func pages() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        try await fill(store, 25)
        let lone = TokenReference(session: "lone", type: .websocket, identifier: "w")
        _ = try await store.insert(
            StoredToken(reference: lone, expiresAt: 5000), subject: "bob", requiresSession: false, now: 1000)
        #expect(try await store.revoke(Sample.access(1, of: "s1000-3"), now: 1000))
        let other = try SQLiteStore(path: folder.file("other.db"), commandTimeout: .seconds(10))
        var cursor: String?
        var pages = 0
        var count = TransferCount()
        repeat {
            let page = try await store.storedSessions(after: cursor, limit: 10, now: 1000)
            pages += 1
            count += try await other.add(page.sessions, now: 1000)
            // Once more: nothing changes.
            #expect(try await other.add(page.sessions, now: 1000).known == page.sessions.count)
            cursor = page.next
        } while cursor != nil
        #expect((pages, count.added, count.known, count.expired) == (3, 26, 0, 0))
        let all = try await store.storedSessions(after: nil, limit: 100, now: 1000)
        #expect(all.next == nil && all.sessions.count == 26)
        #expect(try await other.storedSessions(after: nil, limit: 100, now: 1000) == all)
        #expect(try await other.verdict(on: Sample.access(1, of: "s1000-3"), now: 1000) == .revoked)
        #expect(try await other.verdict(on: lone, now: 1000) != .revoked)
        #expect(try await other.endAllSessions(of: "bob", now: 1000) == 1)
        #expect(try await other.add(all.sessions, now: 90_000).expired == 26)
        await store.close()
        await other.close()
    }

    @Test("The deny-list is read page by page and added to another store, where the later of two entries counts")
    func denials() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(10))
        let other = try SQLiteStore(path: folder.file("other.db"), commandTimeout: .seconds(10))
        func token(_ number: Int, issuedAt: Int64 = 900) -> ForeignToken {
            ForeignToken(
                issuer: "https://issuer.example", subject: "u\(number)", session: nil, identifier: nil,
                issuedAt: issuedAt)
        }
        for number in 0..<25 {
            let key = DenialKey(.subject, issuer: "https://issuer.example", name: "u\(number)")
            let denial = TokenDenial(key: key, issuedUntil: 950, expiresAt: number == 7 ? 1500 : 5000)
            try await store.deny(denial, now: 1000)
        }
        let key = DenialKey(.subject, issuer: "https://issuer.example", name: "u3")
        try await other.deny(TokenDenial(key: key, issuedUntil: 970, expiresAt: 4000), now: 1000)
        let changes = Mutex<[StoreInvalidation]>([])
        other.observeInvalidations { change in changes.withLock { $0.append(change) } }
        var cursor: String?
        var (pages, count) = (0, 0)
        repeat {
            let page = try await store.storedDenials(after: cursor, limit: 10, now: 2000)
            (pages, count) = (pages + 1, count + page.entries.count)
            for _ in 0..<2 { try await other.add(page.entries, now: 2000) }
            cursor = page.next
        } while cursor != nil
        #expect((pages, count) == (3, 24))
        for number in 0..<25 {
            let isDenied = try await other.denial(of: token(number), now: 4500).isDenied
            #expect(isDenied == (number != 7), "u\(number)")
            let name = token(number).denialKeys[0].storedName
            #expect(changes.withLock { $0.contains(.denial(name)) } == (number != 7))
        }
        #expect(try await other.denial(of: token(3, issuedAt: 970), now: 4500).isDenied)
        #expect(try await other.denial(of: token(4, issuedAt: 970), now: 4500).isDenied == false)
        let report = try SQLiteStore.inspect(path: path, now: 2000)
        #expect((report.denials, report.expired, report.problems) == (24, 1, []))
        #expect(try await store.compact(now: 2000) == 1)
        #expect(try SQLiteStore.inspect(path: path, now: 2000).expired == 0)
        await store.close()
        await other.close()
    }
}

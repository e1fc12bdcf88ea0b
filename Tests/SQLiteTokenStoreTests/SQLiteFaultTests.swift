import CSQLite
import Foundation
import SallyportTesting
import Testing
import Tokens

@testable import SQLiteTokenStore

/// A full, a read-only, a locked, a foreign, a deleted file, and a process that is killed.
@Suite(.timeLimit(.minutes(1)))
struct SQLiteFaultTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("sallyport.db")
    }

    @Test(
        "A full file refuses writes as read-only, answers questions, and takes writes again by itself once there is room"
    )
    func full() async throws {
        let store = try SQLiteStore(path: path)
        try await store.insert(Sample.session(), now: 1000)
        try await store.write { connection, _ throws(SQLiteError) in
            try connection.execute("PRAGMA max_page_count = 1")
        }
        var large = Sample.session("s2")
        large.claims = String(repeating: "x", count: 20_000)
        #expect(await failure { try await store.insert(large, now: 1000) } == .readOnly)
        #expect(await failure { try await store.ping() } == .readOnly)
        #expect(
            try await store.verdict(on: Sample.access(1), now: 1000) == .live(isConfirmed: true, isWatched: true))
        try await store.write { connection, _ throws(SQLiteError) in
            try connection.execute("PRAGMA max_page_count = 1000000")
        }
        try await store.ping()
        try await store.insert(large, now: 1000)
        #expect(try await store.session("s2", now: 1000) == large)
        await store.close()
    }

    @Test("An operation that fails takes none of those with it that are committed together")
    func failingOperation() async throws {
        let store = try SQLiteStore(path: path)
        let gate = Gate()
        async let held: Void = store.write { _, _ in gate.wait() }
        await gate.entered()
        async let first: Void = store.insert(Sample.session("s1"), now: 1000)
        async let failing = failure {
            try await store.write { connection, changes throws(SQLiteError) in
                try connection.put(Sample.session("lost"))
                changes = [.everything]
                try connection.execute("INSERT INTO token (sid) VALUES ('half')")
            }
        }
        async let second: Void = store.insert(Sample.session("s2"), now: 1000)
        await waiting(3, in: store)
        gate.open()
        _ = try await (held, first, second)
        #expect(await failing == .corrupt)
        #expect(try await store.sessions(of: "alice", now: 1000).map(\.identifier) == ["s1", "s2"])
        await store.close()
    }

    @Test("When the transaction as a whole is lost, each of its operations is tried again by itself")
    func lostTransaction() async throws {
        let store = try SQLiteStore(path: path)
        let gate = Gate()
        async let held: Void = store.write { _, _ in gate.wait() }
        await gate.entered()
        async let first: Void = store.insert(Sample.session("s1"), now: 1000)
        async let failing = failure {
            try await store.write { connection, _ throws(SQLiteError) in
                try connection.execute("ROLLBACK")
                throw SQLiteError(code: SQLITE_FULL, message: "a full disk ended the transaction")
            }
        }
        async let second: Void = store.insert(Sample.session("s2"), now: 1000)
        await waiting(3, in: store)
        gate.open()
        _ = try await (held, first, second)
        #expect(await failing == .readOnly)
        #expect(try await store.sessions(of: "alice", now: 1000).count == 2)
        await store.close()
    }

    @Test("A file that became read-only fails writes as such, and is written again once it is not")
    func readOnly() async throws {
        let store = try SQLiteStore(path: path)
        try await store.write { connection, _ throws(SQLiteError) in try connection.execute("PRAGMA query_only = 1") }
        #expect(await failure { try await store.insert(Sample.session(), now: 1000) } == .readOnly)
        // The connection was opened anew.
        try await store.insert(Sample.session(), now: 1000)
        try await store.ping()
        await store.close()
    }

    @Test("While another process holds the lock, writes fail at their deadline and verdicts are answered")
    func locked() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .milliseconds(100))
        try await store.insert(Sample.session(), now: 1000)
        let other = try SQLiteConnection(path: path, busyMilliseconds: 0)
        try other.execute("BEGIN IMMEDIATE")
        let start = MonotonicTime.now
        #expect(await failure { _ = try await store.endSession("s1", now: 1000) } == .timedOut)
        #expect(MonotonicTime.now < start.advanced(by: .milliseconds(400)))
        #expect(
            try await store.verdict(on: Sample.access(1), now: 1000) == .live(isConfirmed: true, isWatched: true))
        try other.execute("COMMIT")
        #expect(try await store.endSession("s1", now: 1000))
        await store.close()
    }

    @Test("A file that was deleted is noticed: everything kept is unfit, and a new file takes its place")
    func deleted() async throws {
        let store = try SQLiteStore(path: path)
        try await store.insert(Sample.session(), now: 1000)
        var watcher = Watcher(store)
        for name in [path, path + "-wal", path + "-shm"] { #expect(unsafe unlink(name) == 0) }
        #expect(await watcher.next() == .everything)
        #expect(try await store.verdict(on: Sample.access(1), now: 1000) == .revoked)
        try await store.insert(Sample.session("s2"), now: 1000)
        await store.close()
        let again = try SQLiteStore(path: path)
        #expect(try await again.sessions(of: "alice", now: 1000).map(\.identifier) == ["s2"])
        await again.close()
    }

    @Test(
        "A file that is not ours is refused",
        arguments: [
            ("text", TokenStoreError.Kind.corrupt), ("foreign", .corrupt), ("newer", .corrupt),
            ("folder", .unreachable),
        ])
    func refused(_ content: String, _ kind: TokenStoreError.Kind) async throws {
        switch content {
        case "text":
            try String(repeating: "Not a database.\n", count: 100).write(
                toFile: path, atomically: false, encoding: .utf8)
        case "folder": #expect(unsafe mkdir(path, 0o700) == 0)
        case "foreign":
            mkfile()
            try SQLiteConnection(path: path, busyMilliseconds: 0).execute("CREATE TABLE other (id)")
        default:
            let store = try SQLiteStore(path: path)
            await store.close()
            try SQLiteConnection(path: path, busyMilliseconds: 0).execute("PRAGMA user_version = 1000")
        }
        #expect(await failure { _ = try SQLiteStore(path: path) } == kind)
    }

    @Test("A process that is killed with SIGKILL has lost no session that it had answered")
    func killed() async throws {
        let child = try writer("forever", path)
        #expect(waitUntil { child.lines.count >= 500 })
        child.kill()
        #expect(child.waitForEnd() == .signalled(SIGKILL))
        #expect(child.waitForOutput())
        let answered = child.lines
        #expect(answered.count >= 500)
        let store = try SQLiteStore(path: path)
        let kept = Set(try await store.sessions(of: "alice", now: 0).map(\.identifier))
        #expect(kept.isSuperset(of: answered))
        #expect(
            try await store.write { connection, _ throws(SQLiteError) in
                try connection.first("PRAGMA integrity_check") { row throws(SQLiteError) in row.text(0) }
            } == "ok")
        await store.close()
    }

    @Test("A disk that takes no more bytes is told as read-only, and heals by itself")
    func diskFull() throws {
        let child = try writer("full", path, "4096")
        #expect(child.waitForEnd() == .exited(0))
        #expect(child.waitForOutput())
        #expect(child.lines == ["insert readOnly", "ping readOnly", "ping well", "insert well", "first true"])
    }

    @Test("Processes that meet a file that is not there yet make it together")
    func together() async throws {
        let children = try (0..<6).map { try writer("once", path, "s\($0)") }
        for child in children { #expect(child.waitForEnd() == .exited(0)) }
        let store = try SQLiteStore(path: path)
        #expect(try await store.sessions(of: "alice", now: 0).count == 6)
        await store.close()
    }

    private func writer(_ words: String...) throws -> ProcessUnderTest {
        try ProcessUnderTest(BuiltProgram.path("StoreWriter"), words)
    }

    /// The kind of error that `body` throws; nil if none.
    private func failure(_ body: () async throws -> Void) async -> TokenStoreError.Kind? {
        do { try await body() } catch let error as TokenStoreError { return error.kind } catch {
            Issue.record(error)
        }
        return nil
    }

    private func mkfile() {
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
    }
}

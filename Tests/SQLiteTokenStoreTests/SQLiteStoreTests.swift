import Glibc
import Testing
import Tokens

@testable import SQLiteTokenStore

@Suite(.timeLimit(.minutes(1)))
struct SQLiteStoreTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("state/deep/sallyport.db")
    }

    @Test("The file is made with mode 0600, its companions too, and its folders with 0700")
    func modes() async throws {
        let store = try SQLiteStore(path: path)
        try await store.insert(Sample.session(), now: 1000)
        for name in [path, path + "-wal", path + "-shm"] { #expect(try mode(of: name) == 0o600) }
        for name in ["state", "state/deep"] { #expect(try mode(of: folder.file(name)) == 0o700) }
        await store.close()
    }

    @Test("A session is found again, field by field, after the store was closed and opened again")
    func reopen() async throws {
        let first = try SQLiteStore(path: path)
        var session = Sample.session()
        session.userAgent = "Agent \u{1F600} '\";--"
        session.isConfirmed = false
        session.superseded = [
            SupersededRefreshToken(identifier: "a 1 - b", expiresAt: 5000, graceEndsAt: nil),
            SupersededRefreshToken(identifier: "", expiresAt: .max, graceEndsAt: .min),
        ]
        try await first.insert(session, now: 1000)
        await first.close()
        let second = try SQLiteStore(path: path)
        #expect(try await second.session("s1", now: 1000) == session)
        #expect(try await second.sessions(of: "alice", now: 1000) == [session])
        #expect(try await second.session("s2", now: 1000) == nil)
        await second.close()
    }

    @Test("Our own changes are announced one by one")
    func announcements() async throws {
        let store = try SQLiteStore(path: path)
        var watcher = Watcher(store)
        try await store.insert(Sample.session(), now: 1000)
        #expect(await watcher.next() == .token(Sample.access(1)))
        #expect(await watcher.next() == .token(Sample.refresh(1)))
        #expect(try await store.revoke(Sample.access(1), now: 1000))
        #expect(await watcher.next() == .token(Sample.access(1)))
        #expect(try await store.endSession("s1", now: 1000))
        #expect(await watcher.next() == .session("s1"))
        await store.close()
    }

    @Test("A verdict is watched, and a change by another connection to the file is announced as everything")
    func foreignChange() async throws {
        let store = try SQLiteStore(path: path)
        let other = try SQLiteStore(path: path)
        try await store.insert(Sample.session(), now: 1000)
        var watcher = Watcher(store)
        #expect(
            try await store.verdict(on: Sample.access(1), now: 1000) == .live(isConfirmed: true, isWatched: true))
        #expect(try await other.revoke(Sample.access(1), now: 1000))
        #expect(await watcher.next() == .everything)
        #expect(try await store.verdict(on: Sample.access(1), now: 1000) == .revoked)
        await store.close()
        await other.close()
    }

    @Test("Of many rotations of one token through two stores on one file one decides, and all give the same successor")
    func concurrentRotation() async throws {
        let stores = [
            try SQLiteStore(path: path, commandTimeout: .seconds(20)),
            try SQLiteStore(path: path, commandTimeout: .seconds(20)),
        ]
        try await stores[0].insert(Sample.session(), now: 1000)
        let outcomes = try await withThrowingTaskGroup(of: RotationOutcome.self) { group in
            for number in 0..<100 {
                group.addTask {
                    var request = Sample.rotation(presenting: 1, at: 1100)
                    request.candidate.accessIdentifier += "-\(number)"
                    request.candidate.refreshIdentifier += "-\(number)"
                    return try await stores[number % 2].rotate(request)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        var successors: [SessionRecord] = []
        var repeated: [SessionRecord] = []
        for outcome in outcomes {
            switch outcome {
            case .rotated(let record): successors.append(record)
            case .repeated(let record): repeated.append(record)
            case .reused, .revoked: Issue.record("unexpected \(outcome)")
            }
        }
        #expect(successors.count == 1)
        #expect(repeated.count == 99 && repeated.allSatisfy { $0 == successors[0] })
        for store in stores { await store.close() }
    }

    @Test("What waits is served before the store closes, and what comes later is refused as closed")
    func closing() async throws {
        let store = try SQLiteStore(path: path)
        let gate = Gate()
        async let held: Void = store.write { _, _ in gate.wait() }
        await gate.entered()
        async let inserted: Void = store.insert(Sample.session(), now: 1000)
        await waiting(1, in: store)
        async let closed: Void = store.close()
        gate.open()
        _ = try await (held, inserted, closed)
        await #expect(throws: TokenStoreError(.closed, "the store was closed")) {
            _ = try await store.verdict(on: Sample.access(1), now: 1000)
        }
        let again = try SQLiteStore(path: path)
        #expect(try await again.session("s1", now: 1000) != nil)
        await again.close()
    }

    @Test("Expired entries are forgotten at most as many as asked for, in slices that let others through")
    func expiry() async throws {
        let store = try SQLiteStore(path: path, commandTimeout: .seconds(20))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1000 {
                group.addTask { try await store.insert(Sample.session("s\(number)"), now: 1000) }
            }
            try await group.waitForAll()
        }
        try await store.insert(Sample.session("later", at: 9000), now: 9000)
        #expect(try await store.removeExpired(now: 1001, limit: 10_000) == 0)
        #expect(try await store.removeExpired(now: 2800, limit: 999) == 999)
        #expect(try await store.removeExpired(now: 2800, limit: 10_000) == 1)
        #expect(try await store.removeExpired(now: 87_400, limit: 10_000) == 2001)
        #expect(try await store.session("later", now: 87_400) != nil)
        await store.close()
    }
}

import SallyportTesting
import Testing
import Tokens

@testable import RedisTokenStore

/// A Redis as a whole: what is read from it, added to it, and found wrong with it.
@Suite(.timeLimit(.minutes(1)))
struct RedisTransferTests {
    private static let names = (0..<40).map { "s\($0)" } + ["}:access:x", "a b", "*", "ü"]

    private static func pages(of store: RedisStore) async throws -> [StoredSession] {
        var sessions: [String: StoredSession] = [:]
        var cursor: String?
        repeat {
            let page = try await store.storedSessions(after: cursor, limit: 7, now: Sample.now)
            for session in page.sessions { sessions[session.identifier] = session }
            cursor = page.next
        } while cursor != nil
        return sessions.values.sorted { $0.identifier < $1.identifier }
    }

    /// Sessions in each state that there is.
    private static func fill(_ store: RedisStore) async throws {
        for name in names {
            var session = Sample.session(name)
            session.userAgent = name
            try await store.insert(session, now: Sample.now)
        }
        guard case .rotated = try await store.rotate(Sample.rotation("s1", presenting: 1)) else {
            Issue.record("not rotated")
            return
        }
        #expect(try await store.revoke(Sample.access(of: "s2"), now: Sample.now))
        #expect(try await store.endSession("s3", now: Sample.now))
        _ = try await store.insert(
            StoredToken(
                reference: TokenReference(session: "lone", type: .websocket, identifier: "w:1"), expiresAt: 5000),
            subject: "bob", requiresSession: false, now: Sample.now)
    }

    private static func check(_ url: String) async throws {
        let prefixes = (SharedRedis.prefix() + "[*]", SharedRedis.prefix())
        let first = try RedisStore(url: url, keyPrefix: prefixes.0, commandTimeout: .seconds(10))
        let second = try RedisStore(url: url, keyPrefix: prefixes.1, commandTimeout: .seconds(10))
        try await fill(first)
        let sessions = try await pages(of: first)
        #expect(sessions.map(\.identifier) == (names + ["lone"]).filter { $0 != "s3" }.sorted())
        let count = try await second.add(sessions, now: Sample.now)
        #expect((count.added, count.known, count.expired) == (sessions.count, 0, 0))
        #expect(try await pages(of: second) == sessions)

        // The same again changes nothing, also where a session has gone on.
        #expect(try await second.endSession("s5", now: Sample.now))
        guard case .rotated = try await second.rotate(Sample.rotation("s4", presenting: 1)) else {
            Issue.record("not rotated")
            return
        }
        let again = try await second.add(sessions, now: Sample.now)
        #expect((again.added, again.known) == (1, sessions.count - 1))
        #expect(try await second.session("s4", now: Sample.now)?.current.number == 2)
        #expect(try await second.verdict(on: Sample.access(of: "s2"), now: Sample.now) == .revoked)
        // A generation that nobody presented yet still waits for its confirmation.
        #expect(
            try await second.verdict(on: Sample.access(2, of: "s1"), now: Sample.now)
                == .live(isConfirmed: false, isWatched: true))
        #expect(try await second.endAllSessions(of: "alice", now: Sample.now) == names.count - 1)
        #expect(try await second.endAllSessions(of: "bob", now: Sample.now) == 1)

        let report = try await first.inspect(now: Sample.now)
        #expect(report.problems == [])
        #expect((report.sessions, report.tokens, report.expired) == (names.count - 1, names.count * 2, 0))
        await first.close()
        await second.close()
    }

    @Test("Sessions in each state are read and added to another store, and adding them again changes nothing")
    func standalone() async throws {
        try await Self.check(try SharedRedis.server().url)
    }

    @Test("So are those of a cluster, whose masters are read one after the other")
    func cluster() async throws {
        try await Self.check(try await SharedCluster.cluster().url)
    }

    @Test(
        "A look at a Redis finds entries that do not agree with each other",
        arguments: [
            (["DEL", "{s1}:access:s1-a1"], "a session lists a token that has no key"),
            (["SET", "{s1}:access:s1-a1", "77 1"], "a token and its session do not agree about its expiry"),
            (["ZREM", "user:alice", "s1"], "a session is missing in the index of its user"),
            (["HDEL", "{s1}", "sub"], "a session's record cannot be read"),
            (["HSET", "{s1}", "t:id:x", "9"], "a session's record cannot be read"),
            (["HDEL", "{s1}", "t:access:s1-a1"], "a token has a key, but its session does not list it"),
            (["SET", "deny:carol", "1 2"], "an entry of the deny-list cannot be read"),
            (["SET", "deny:" + String(repeating: "A", count: 43), "1"], "an entry of the deny-list cannot be read"),
            (
                ["HSET", "deny:" + String(repeating: "A", count: 43), "1", "2"],
                "an entry of the deny-list cannot be read"
            ),
            (["DEL", "{s1}"], "a token has a key, but its session does not list it"),
        ])
    func disagreement(_ change: [String], _ problem: String) async throws {
        let server = try SharedRedis.server()
        let prefix = SharedRedis.prefix()
        let store = try RedisStore(url: server.url, keyPrefix: prefix, commandTimeout: .seconds(10))
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try await store.inspect(now: Sample.now).problemCount == 0)
        _ = try server.command(words: [change[0], prefix + change[1]] + change[2...])
        let report = try await store.inspect(now: Sample.now)
        #expect(Set(report.problems) == [problem])
        await store.close()
    }

    @Test("A walk that was begun on other masters is not gone on with")
    func changedMasters() async throws {
        let store = try RedisStore(url: try SharedRedis.server().url, keyPrefix: SharedRedis.prefix())
        for cursor in ["0 17 10.0.0.1:6379", "0 17", "x", "0 1x ", "-1 0 "] {
            let error = await #expect(throws: TokenStoreError.self) {
                _ = try await store.storedSessions(after: cursor, limit: 10, now: Sample.now)
            }
            #expect(error?.kind == .unreachable)
        }
        await store.close()
    }

    private static func denials(of store: RedisStore) async throws -> [String: DenialEntry] {
        var entries: [String: DenialEntry] = [:]
        var cursor: String?
        repeat {
            let page = try await store.storedDenials(after: cursor, limit: 7, now: Sample.now)
            for entry in page.entries { entries[entry.name] = entry }
            cursor = page.next
        } while cursor != nil
        return entries
    }

    private static func checkDenials(_ url: String) async throws {
        let prefixes = (SharedRedis.prefix() + "[*]", SharedRedis.prefix())
        let first = try RedisStore(url: url, keyPrefix: prefixes.0, commandTimeout: .seconds(10))
        let second = try RedisStore(url: url, keyPrefix: prefixes.1, commandTimeout: .seconds(10))
        let keys = (0..<40).map { DenialKey(.subject, issuer: "https://issuer.example", name: "u\($0)") }
        for key in keys {
            try await first.deny(
                TokenDenial(key: key, issuedUntil: 900, expiresAt: Sample.now + 500), now: Sample.now)
        }
        // What lies under other keys of the prefix is no entry.
        try await first.insert(Sample.session("deny:x"), now: Sample.now)
        try await second.deny(
            TokenDenial(key: keys[3], issuedUntil: 950, expiresAt: Sample.now + 100), now: Sample.now)
        let entries = try await denials(of: first)
        #expect(Set(entries.keys) == Set(keys.map(\.storedName)))
        for _ in 0..<2 { try await second.add(Array(entries.values), now: Sample.now) }
        var expected = entries
        expected[keys[3].storedName]?.issuedUntil = 950
        #expect(try await denials(of: second) == expected)
        let token = ForeignToken(
            issuer: "https://issuer.example", subject: "u3", session: nil, identifier: nil, issuedAt: 940)
        #expect(try await second.denial(of: token, now: Sample.now).isDenied)
        let report = try await second.inspect(now: Sample.now)
        #expect((report.denials, report.problems) == (keys.count, []))
        // What has expired is not added.
        try await second.add(
            [DenialEntry(name: String(repeating: "A", count: 43), issuedUntil: 1, expiresAt: 1)], now: 1)
        #expect(try await denials(of: second) == expected)
        await first.close()
        await second.close()
    }

    @Test("The deny-list is read and added to another store, where the later of two entries counts")
    func denialsStandalone() async throws {
        try await Self.checkDenials(try SharedRedis.server().url)
    }

    @Test("So is that of a cluster, whose masters are read one after the other")
    func denialsCluster() async throws {
        try await Self.checkDenials(try await SharedCluster.cluster().url)
    }
}

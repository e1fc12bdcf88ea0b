import EventIO
import SallyportTesting
import Synchronization
import Testing
import Tokens

@testable import RedisTokenStore

/// What a store does when its Redis hangs, dies, refuses writes or refuses the user. Each test has a server of its own.
@Suite(.timeLimit(.minutes(1)), .serialized, .ownThread)
struct RedisFaultTests {
    @Test("A Redis that hangs is an error within the deadline, then at once, and normal within a second of its return")
    func hanging() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url)
        #expect(await wait { (try? await store.insert(Sample.session(), now: Sample.now)) != nil } != nil)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        try server.pause()
        let (first, failure) = await duration { await store.failure() }
        #expect(failure == .timedOut)
        #expect(first < .milliseconds(600) * Patience.factor)
        // The circuit is open: nobody waits any more, also not while one attempt after the other is under way.
        var slowest = Duration.zero
        let end = ContinuousClock.now + .milliseconds(700)
        while ContinuousClock.now < end {
            let (time, failure) = await duration { await store.failure() }
            #expect(failure == .timedOut)
            slowest = max(slowest, time)
        }
        #expect(slowest < .milliseconds(150) * Patience.factor)
        try server.resume()
        let healed = await wait { await store.failure() == nil }
        #expect(try #require(healed) < .seconds(1) * Patience.factor)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        await store.close()
    }

    @Test("A command that waits while Redis hangs for less than the deadline is answered")
    func shortHang() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(20))
        try await store.insert(Sample.session(), now: Sample.now)
        try server.pause()
        async let verdict = store.verdict(on: Sample.access(), now: Sample.now)
        try server.resume()
        #expect(try await verdict != .revoked)
        await store.close()
    }

    @Test("Redis killed and started again on its port is found again, with what it had persisted")
    func killed() async throws {
        let server = try RedisServer(["--appendonly", "yes", "--appendfsync", "always"])
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        let announcements = Announcements(store)
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try await store.isWatched())
        server.kill()
        #expect(await wait { await store.failure() == .unreachable } != nil)
        #expect(await announcements.wait(for: .everything) != nil)
        await #expect(throws: TokenStoreError.self) { try await store.ping() }
        try server.start()
        let healed = await wait { await store.failure() == nil }
        #expect(try #require(healed) < .seconds(1) * Patience.factor)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        await store.close()
    }

    @Test("A store that is made while Redis is down fails without waiting long, and works once Redis is there")
    func lateServer() async throws {
        let server = try RedisServer()
        server.kill()
        let store = try RedisStore(url: server.url)
        #expect(await store.failure() == .unreachable)
        try server.start()
        let healed = await wait { await store.failure() == nil }
        #expect(try #require(healed) < .seconds(1) * Patience.factor)
        await store.close()
    }

    @Test("A command whose connection was closed before the answer is asked again, on a new connection")
    func idleConnection() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        try await store.insert(Sample.session(), now: Sample.now)
        for _ in 0..<20 {
            try server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            #expect(try await store.verdict(on: Sample.access(), now: Sample.now) != .revoked)
        }
        await store.close()
    }

    @Test("A question under way when the connection breaks is asked again once; one that tells who was first is not")
    func brokenConnection() async throws {
        let breaks = Atomic(0)
        let server = try await FakeRedis { connection, words in
            guard words.first == "GET" || words.first == "EVALSHA" else { return FakeRedis.usual(words) }
            guard breaks.load(ordering: .relaxed) > 0 else {
                return words.first == "GET" ? "$6\r\n9000 1\r\n" : ":1\r\n"
            }
            breaks.subtract(1, ordering: .relaxed)
            connection.close()
            return nil
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        #expect(await store.failure() == nil)
        breaks.store(1, ordering: .relaxed)
        #expect(await store.failure() == nil)
        breaks.store(2, ordering: .relaxed)
        #expect(await store.failure() == .unreachable)
        #expect(await wait { await store.failure() == nil } != nil)
        breaks.store(1, ordering: .relaxed)
        let error = await #expect(throws: TokenStoreError.self) {
            _ = try await store.revoke(Sample.access(), now: Sample.now)
        }
        #expect(error?.kind == .unreachable)
        await store.close()
        server.end()
    }

    @Test("Out of memory is an error of writing only, and ends when there is room again")
    func outOfMemory() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        try await store.insert(Sample.session(), now: Sample.now)
        try server.command("CONFIG", "SET", "maxmemory", "1")
        await #expect(throws: TokenStoreError(.readOnly, "Redis is out of memory (maxmemory) and takes no writes")) {
            try await store.insert(Sample.session("s2"), now: Sample.now)
        }
        await #expect(throws: TokenStoreError.self) { try await store.ping() }
        #expect(try await store.isWatched())
        #expect(try await store.session("s1", now: Sample.now) != nil)
        // Taking away needs no memory.
        #expect(try await store.revoke(Sample.access(), now: Sample.now))
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)
        try server.command("CONFIG", "SET", "maxmemory", "0")
        try await store.insert(Sample.session("s2"), now: Sample.now)
        try await store.ping()
        await store.close()
    }

    @Test("A Redis that was made a replica is read from, refuses writes as such, and heals when it is a master again")
    func replica() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        try await store.insert(Sample.session(), now: Sample.now)
        try server.command("REPLICAOF", "127.0.0.1", "1")
        await #expect(throws: TokenStoreError(.readOnly, "this Redis is a read-only replica")) {
            try await store.insert(Sample.session("s2"), now: Sample.now)
        }
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) != .revoked)
        try server.command("REPLICAOF", "NO", "ONE")
        let healed = await wait { (try? await store.ping()) != nil }
        #expect(try #require(healed) < .seconds(1) * Patience.factor)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        await store.close()
    }

    @Test(
        "A wrong password, a user without rights and a database that does not exist are told as such, without the password"
    )
    func refused() async throws {
        let server = try RedisServer(["--requirepass", "right"])
        let place = "127.0.0.1:\(server.port)"
        for (url, kind) in [
            ("redis://\(place)", TokenStoreError.Kind.notPermitted), ("redis://:hunter2@\(place)", .notPermitted),
            ("redis://nobody:hunter2@\(place)", .notPermitted), ("redis://:right@\(place)/99", .notPermitted),
        ] {
            let store = try RedisStore(url: url, commandTimeout: .seconds(10))
            let error = await #expect(throws: TokenStoreError.self) {
                _ = try await store.verdict(on: Sample.access(), now: Sample.now)
            }
            #expect(error?.kind == kind)
            #expect(error?.description.contains("hunter2") == false)
            await store.close()
        }
        let store = try RedisStore(url: "redis://:right@\(place)", commandTimeout: .seconds(10))
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)
        await store.close()
    }

    @Test("A right that a script lacks is told as such, and so is one that a command lacks")
    func missingRights() async throws {
        let server = try RedisServer()
        let rights = RedisStore.rights().filter { $0 != "+hset" && $0 != "+zrange" }
        try server.command(words: ["ACL", "SETUSER", "app", "on", ">x"] + rights)
        let store = try RedisStore(url: "redis://app:x@127.0.0.1:\(server.port)", commandTimeout: .seconds(10))
        for call in [
            { try await store.insert(Sample.session(), now: Sample.now) },
            { _ = try await store.sessions(of: "alice", now: Sample.now) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: TokenStoreError.self) { try await call() }
            #expect(error?.kind == .notPermitted)
        }
        await store.close()
    }

    @Test("Scripts that Redis has forgotten are sent again")
    func forgottenScripts() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        try await store.insert(Sample.session(), now: Sample.now)
        try server.command("SCRIPT", "FLUSH")
        guard case .rotated(let record) = try await store.rotate(Sample.rotation(presenting: 1)) else {
            Issue.record("not rotated")
            return
        }
        #expect(record.current.number == 2)
        await store.close()
    }

    @Test("A host's name is resolved, and one that does not exist is an error")
    func names() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: "redis://localhost:\(server.port)", commandTimeout: .seconds(10))
        try await store.ping()
        await store.close()
        let nowhere = try RedisStore(url: "redis://redis.invalid")
        let error = await #expect(throws: TokenStoreError.self) { try await nowhere.ping() }
        #expect(error?.kind == .unreachable || error?.kind == .timedOut)
        await nowhere.close()
    }

    @Test("A store that goes without being closed takes its connections along")
    func forgotten() async throws {
        let server = try RedisServer()
        do {
            let store = try RedisStore(url: server.url)
            try await store.ping()
        }
        let gone = try await wait { try server.command("CLIENT", "LIST").split(separator: "\n").count == 1 }
        #expect(gone != nil)
    }

    @Test("A store closes while Redis hangs, within the deadline")
    func closingWhileHanging() async throws {
        let isAsked = Atomic(false)
        let server = try await FakeRedis { _, words in
            guard words.first == "GET" else { return FakeRedis.usual(words) }
            isAsked.store(true, ordering: .relaxed)
            return nil
        }
        let store = try RedisStore(url: server.url, watchesVerdicts: false)
        async let failure = store.failure()
        #expect(await wait { isAsked.load(ordering: .relaxed) } != nil)
        let (time, _) = await duration { await store.close() }
        #expect(time < .milliseconds(600) * Patience.factor)
        #expect(await failure == .timedOut)
        server.end()
    }

    @Test("An eviction policy is a warning, or an error where it must not be; so is one that may not be asked for")
    func evictionPolicy() async throws {
        let server = try RedisServer(["--maxmemory-policy", "allkeys-lru"])
        let log = Lines()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), log: { log.append($0) })
        try await store.checkServer(requiresNoEviction: false)
        #expect(log.all.last?.contains("allkeys-lru") == true)
        await #expect(throws: RedisPolicyError.self) { try await store.checkServer(requiresNoEviction: true) }
        try server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        try await store.checkServer(requiresNoEviction: true)
        await store.close()

        try server.command(
            words: ["ACL", "SETUSER", "app", "on", ">x"] + RedisStore.rights().filter { $0 != "+info" })
        let other = try RedisStore(
            url: "redis://app:x@127.0.0.1:\(server.port)", commandTimeout: .seconds(10), log: { log.append($0) })
        try await other.checkServer(requiresNoEviction: false)
        #expect(log.all.last?.contains("may not use INFO") == true)
        await #expect(throws: RedisPolicyError.self) { try await other.checkServer(requiresNoEviction: true) }
        await other.close()

        // Nobody to ask is an error of the store, whatever the way to it.
        for url in ["redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1", "redis+sentinel://127.0.0.1:1/gate"] {
            let nowhere = try RedisStore(url: url)
            await #expect(throws: TokenStoreError.self) { try await nowhere.checkServer(requiresNoEviction: false) }
            await nowhere.close()
        }
    }
}

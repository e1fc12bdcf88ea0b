import EventIO
import SallyportTesting
import Synchronization
import Testing
import Tokens

@testable import RedisTokenStore

/// A master that sentinels choose: found, followed, and never mistaken.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct RedisSentinelTests {
    @Test("When the master dies its replica is found, and no verdict is wrong before, meanwhile or after")
    func failover() async throws {
        let set = try await RedisSentinelSet.start()
        let store = try RedisStore(url: set.url, commandTimeout: .seconds(1))
        let announcements = Announcements(store)
        let sessions = (0..<50).map { "s\($0)" }
        for session in sessions { try await store.insert(Sample.session(session), now: Sample.now) }
        #expect(try await store.isWatched(Sample.access(of: "s49")))
        let copied = try await wait { try set.replica.command("EXISTS", "jwt:{s49}:refresh:s49-r1") == "1" }
        #expect(copied != nil)

        set.master.kill()
        let healed = await wait(atMost: .seconds(30)) {
            for session in sessions {
                do throws(TokenStoreError) {
                    let verdict = try await store.verdict(on: Sample.access(of: session), now: Sample.now)
                    #expect(verdict != .revoked)
                } catch {
                    #expect([.unreachable, .timedOut].contains(error.kind))
                    return false
                }
            }
            return true
        }
        print("sentinel failover: verdicts again after \(try #require(healed))")
        #expect(announcements.all.contains(.everything))
        guard case .rotated = try await store.rotate(Sample.rotation("s0", presenting: 1)) else {
            Issue.record("the new master does not rotate")
            return
        }
        #expect(await wait { (try? await store.isWatched(Sample.access(of: "s1"))) == true } != nil)
        await store.close()
    }

    @Test("A failover that was asked for is followed, also by a store that only reads")
    func manualFailover() async throws {
        let set = try await RedisSentinelSet.start()
        let store = try RedisStore(url: set.url, commandTimeout: .seconds(1))
        try await store.insert(Sample.session(), now: Sample.now)
        let copied = try await wait { try set.replica.command("EXISTS", "jwt:{s1}:refresh:s1-r1") == "1" }
        #expect(copied != nil)
        // A sentinel that has not heard of the replica's state yet refuses.
        #expect(await wait(atMost: .seconds(30)) { (try? set.failOver()) != nil } != nil)
        let moved = await wait(atMost: .seconds(30)) {
            if let verdict = try? await store.verdict(on: Sample.access(), now: Sample.now) {
                #expect(verdict != .revoked)
            }
            // A sentinel that promotes a replica ends its clients' connections: those of redis-cli too.
            return (try? set.replica.command("CLIENT", "LIST"))?.contains("name=sallyport ") ?? false
        }
        #expect(moved != nil)
        #expect(await wait { (try? await store.ping()) != nil } != nil)
        await store.close()
    }

    @Test("Of two sentinels that disagree the one with the newer configuration is believed, though the other is first")
    func disagreement() async throws {
        let server = try SharedRedis.server()
        let old = try await FakeRedis { _, words in
            words.first == "SENTINEL" ? Self.master(port: 1, epoch: 3) : FakeRedis.usual(words)
        }
        let new = try await FakeRedis { _, words in
            words.first == "SENTINEL" ? Self.master(port: server.port, epoch: 4) : FakeRedis.usual(words)
        }
        let store = try RedisStore(
            url: "redis+sentinel://127.0.0.1:\(old.port),127.0.0.1:\(new.port),127.0.0.1:1/gate",
            keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10))
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)
        await store.close()
        old.end()
        new.end()
    }

    @Test("A replica that a sentinel names is not asked for verdicts")
    func replica() async throws {
        let master = try RedisServer()
        let replica = try RedisServer(["--replicaof", "127.0.0.1", String(master.port)])
        let sentinel = try await FakeRedis { _, words in
            words.first == "SENTINEL" ? Self.master(port: replica.port, epoch: 1) : FakeRedis.usual(words)
        }
        let store = try RedisStore(
            url: "redis+sentinel://127.0.0.1:\(sentinel.port)/gate", commandTimeout: .seconds(10))
        #expect(await store.failure() == .unreachable)
        await store.close()
        sentinel.end()
    }

    @Test("Sentinels that know no such master, or none that answers, are an error that says so")
    func nobody() async throws {
        let sentinel = try await FakeRedis { _, words in
            words.first == "SENTINEL" ? "-ERR No such master with that name\r\n" : FakeRedis.usual(words)
        }
        for port in [sentinel.port, 1] {
            let store = try RedisStore(url: "redis+sentinel://127.0.0.1:\(port)/gate", commandTimeout: .seconds(10))
            #expect(await store.failure() == .unreachable)
            await store.close()
        }
        sentinel.end()
    }

    @Test("A master that still answers is left when a sentinel says that another one has taken over")
    func takeover() async throws {
        let first = try RedisServer()
        let second = try RedisServer()
        let port = Atomic(Int(first.port))
        let listener = Mutex<LoopBound<FakeConnection>?>(nil)
        let sentinel = try await FakeRedis { connection, words in
            switch words.first {
            case "SENTINEL": return Self.master(port: UInt16(port.load(ordering: .relaxed)), epoch: 1)
            case "SUBSCRIBE":
                listener.withLock { $0 = LoopBound(connection, to: connection.loop) }
                return "*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n"
            default: return FakeRedis.usual(words)
            }
        }
        let store = try RedisStore(
            url: "redis+sentinel://127.0.0.1:\(sentinel.port)/gate", commandTimeout: .seconds(10))
        try await store.ping()
        #expect(await wait { listener.withLock { $0 != nil } } != nil)
        port.store(Int(second.port), ordering: .relaxed)
        let text = "gate 127.0.0.1 \(first.port) 127.0.0.1 \(second.port)"
        sentinel.perform {
            listener.withLock { $0 }?.value.write(
                "*3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$\(text.utf8.count)\r\n\(text)\r\n")
        }
        let moved = try await wait { try second.command("CLIENT", "LIST").contains("name=sallyport ") }
        #expect(moved != nil)
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try second.command("EXISTS", "jwt:{s1}") == "1")
        await store.close()
        sentinel.end()
    }

    /// A sentinel's answer to `SENTINEL MASTER`.
    private static func master(port: UInt16, epoch: Int) -> String {
        let words = [
            "name", "gate", "ip", "127.0.0.1", "port", String(port), "flags", "master", "config-epoch", String(epoch),
        ]
        return "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }
}

import EventIO
import SallyportTesting
import Synchronization
import Testing
import Tokens

@testable import RedisTokenStore

/// A Redis Cluster: keys on several masters, slots that move, masters that die.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct RedisClusterTests {
    @Test("The store keeps the contract on a cluster of three masters", arguments: TokenStoreContract.checks)
    func contract(_ check: TokenStoreContract.Check) async throws {
        let cluster = try await SharedCluster.cluster()
        let store = try RedisStore(url: cluster.url, keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10))
        try await check.run(store, TokenStoreContract.Traits(expiresByItself: true, announcesChanges: true))
        await store.close()
    }

    @Test("Sessions lie on all masters, each whole on one, and each master's changes are announced")
    func spread() async throws {
        let cluster = try await SharedCluster.cluster()
        let store = try RedisStore(url: cluster.url, keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10))
        let other = try RedisStore(
            url: cluster.url, keyPrefix: store.settings.keys.prefix, commandTimeout: .seconds(10),
            watchesVerdicts: false)
        let announcements = Announcements(store)
        var masters: Set<UInt16> = []
        for number in 0..<24 {
            let session = "s\(number)"
            try await store.insert(Sample.session(session), now: Sample.now)
            #expect(try await store.isWatched(Sample.access(of: session)))
            masters.insert(try cluster.master(of: store.settings.keys.session(session)).port)
            #expect(try await other.revoke(Sample.access(of: session), now: Sample.now))
            #expect(await announcements.wait(for: .token(Sample.access(of: session))) != nil)
        }
        #expect(masters.count == 3)
        #expect(try await store.sessions(of: "alice", now: Sample.now).count == 24)
        #expect(try await store.endAllSessions(of: "alice", now: Sample.now) == 24)
        try await store.checkServer(requiresNoEviction: true)
        await store.close()
        await other.close()
    }

    @Test("While a slot moves from one node to another no verdict is wrong, and nothing that was revoked comes back")
    func migration() async throws {
        let cluster = try await RedisClusterSet.start()
        let store = try RedisStore(url: cluster.url, commandTimeout: .seconds(10))
        // All in one slot, by the prefix' own hash tag.
        let source = try cluster.master(of: "{jwt}")
        let target = try #require(cluster.nodes.first { $0.port != source.port })
        let same = try RedisStore(url: cluster.url, keyPrefix: "{jwt}:", commandTimeout: .seconds(2))
        for number in 0..<6 { try await same.insert(Sample.session("s\(number)"), now: Sample.now) }
        #expect(await wait { (try? await same.isWatched(Sample.access(of: "s0"))) == true } != nil)
        let announcements = Announcements(same)
        let slot = try source.command("CLUSTER", "KEYSLOT", "{jwt}")
        let sourceName = try source.command("CLUSTER", "MYID")
        let targetName = try target.command("CLUSTER", "MYID")
        try target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceName)
        try source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", targetName)

        // s0 has gone whole, s1's record without its tokens, one of s2's tokens without the record.
        let moved =
            ["{jwt}:{s0}", "{jwt}:{s0}:access:s0-a1", "{jwt}:{s0}:refresh:s0-r1", "{jwt}:{s1}"]
            + ["{jwt}:{s2}:access:s2-a1"]
        try source.command(
            words: ["MIGRATE", "127.0.0.1", String(target.port), "", "0", "5000", "KEYS"] + moved)
        #expect(await announcements.wait(for: .token(Sample.access(of: "s0"))) != nil)
        for number in 0..<6 {
            let verdict = try await same.verdict(on: Sample.access(of: "s\(number)"), now: Sample.now)
            #expect(verdict != .revoked, "s\(number)")
        }
        // What is split can be neither rotated nor ended for the moment; that is an error and no outcome.
        for session in ["s1", "s2"] {
            let error = await #expect(throws: TokenStoreError.self) {
                _ = try await same.rotate(Sample.rotation(session, presenting: 1))
            }
            #expect(error?.kind == .unreachable)
            await #expect(throws: TokenStoreError.self) { _ = try await same.endSession(session, now: Sample.now) }
        }
        await #expect(throws: TokenStoreError.self) {
            _ = try await same.revoke(Sample.access(of: "s1"), now: Sample.now)
        }
        // What has gone whole, what is new and what has stayed whole goes on where it is.
        guard case .rotated = try await same.rotate(Sample.rotation("s0", presenting: 1)) else {
            Issue.record("s0 is not rotated")
            return
        }
        #expect(try await same.revoke(Sample.access(of: "s3"), now: Sample.now))
        try await same.insert(Sample.session("new"), now: Sample.now)

        // The rest follows, and the slot with it.
        let keys = try source.command("CLUSTER", "GETKEYSINSLOT", slot, "1000").split(separator: "\n").map(String.init)
        try source.command(words: ["MIGRATE", "127.0.0.1", String(target.port), "", "0", "5000", "KEYS"] + keys)
        for node in [target, source] + cluster.nodes {
            try node.command("CLUSTER", "SETSLOT", slot, "NODE", targetName)
        }
        #expect(try await same.verdict(on: Sample.access(of: "s3"), now: Sample.now) == .revoked)
        for session in ["s0", "s1", "s2", "s4", "new"] {
            #expect(try await same.verdict(on: Sample.access(of: session), now: Sample.now) != .revoked, "\(session)")
            #expect(try await same.endSession(session, now: Sample.now))
            #expect(try await same.verdict(on: Sample.access(of: session), now: Sample.now) == .revoked)
        }
        #expect(await wait { (try? await same.isWatched(Sample.access(of: "s5"))) == true } != nil)
        await store.close()
        await same.close()
    }

    @Test("When a master dies its replica is found, no verdict is wrong, and the other masters' sessions do not notice")
    func failover() async throws {
        let cluster = try await RedisClusterSet.start(replicas: 1)
        let store = try RedisStore(url: cluster.url, commandTimeout: .seconds(1))
        let sessions = (0..<30).map { "s\($0)" }
        for session in sessions { try await store.insert(Sample.session(session), now: Sample.now) }
        let master = try cluster.master(of: "jwt:{s0}")
        var others: [String] = []
        for session in sessions where try cluster.master(of: "jwt:{\(session)}").port != master.port {
            others.append(session)
        }
        #expect(!others.isEmpty)
        // The replicas have all of it.
        let copied = try await wait {
            try cluster.nodes.map { try Int($0.command("DBSIZE")) ?? 0 }.reduce(0, +) == 2 * (30 * 3 + 1)
        }
        #expect(copied != nil)
        master.kill()
        let healed = await wait(atMost: .seconds(40)) {
            // As long as the cluster as a whole works, only the dead master's sessions wait.
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
        print("cluster failover: verdicts again after \(try #require(healed))")
        guard case .rotated = try await store.rotate(Sample.rotation("s0", presenting: 1)) else {
            Issue.record("the new master does not rotate")
            return
        }
        #expect(await wait { (try? await store.isWatched(Sample.access(of: "s0"))) == true } != nil)
        await store.close()
    }

    @Test("A cluster that is not there is an error, told without waiting long, and found once it is there")
    func nobody() async throws {
        let store = try RedisStore(url: "redis+cluster://127.0.0.1:1")
        #expect(await store.failure() == .unreachable)
        await store.close()
        // A single Redis is no cluster.
        let single = try RedisStore(url: "redis+cluster://127.0.0.1:\(try SharedRedis.server().port)")
        #expect(await single.failure() != nil)
        await single.close()
    }

    @Test(
        "A key's slot is that of the specification",
        arguments: [
            "123456789", "foo", "{foo}.bar", "x{foo}{bar}", "", "{}foo", "foo{", "foo}", "{{a}}", "jwt:{s1}:access:x",
            "\u{e4}",
        ])
    func slots(_ key: String) async throws {
        #expect(
            String(HashSlot.of(key)) == (try await SharedCluster.cluster().nodes[0].command("CLUSTER", "KEYSLOT", key)))
    }
}

import EventIO
import SallyportTesting
import Testing
import Tokens

@testable import RedisTokenStore

/// TLS to Redis: who is trusted, what a refusal is called, and that faults are as harmless as without it.
@Suite(.timeLimit(.minutes(2)), .serialized, .ownThread)
struct RedisTLSTests {
    /// Why a client and a server do not come together.
    enum Fault: CaseIterable {
        case strangeAuthority, otherName, expired, noCertificate, noTLS, systemAuthorities

        /// What the operator reads.
        var words: String {
            switch self {
            case .strangeAuthority, .systemAuthorities: "self-signed certificate in certificate chain"
            case .otherName: "IP address mismatch"
            case .expired: "certificate has expired"
            case .noCertificate: "alert certificate required"
            case .noTLS: "does it speak TLS there?"
            }
        }

        /// A Redis without TLS waits for the end of what it takes for a command.
        var kind: TokenStoreError.Kind { self == .noTLS ? .timedOut : .unreachable }
    }

    @Test("A connection that TLS forbids is a failure of the store that says why, once", arguments: Fault.allCases)
    func refused(_ fault: Fault) async throws {
        let authority = try TestAuthority()
        let files = try RedisTLSFiles(
            authority, names: fault == .otherName ? ["IP:127.0.0.2", "DNS:localhost"] : ["IP:127.0.0.1"],
            days: fault == .expired ? -1 : 10, asksClients: fault == .noCertificate)
        let server = try RedisServer(tls: fault == .noTLS ? nil : files)
        var trusted = files
        trusted.client = nil
        let stranger = try TestAuthority(name: "Stranger")
        if fault == .strangeAuthority { trusted.authority = stranger }
        let lines = Lines()
        let store = try RedisStore(
            url: "rediss://127.0.0.1:\(server.port)",
            tls: fault == .systemAuthorities ? nil : RedisTLS(trusted), commandTimeout: .seconds(2),
            log: { lines.append($0) })
        #expect(await store.failure() == fault.kind)
        // Several attempts later it is still said once.
        let end = ContinuousClock.now + .milliseconds(600)
        var kinds: Set<TokenStoreError.Kind?> = []
        while ContinuousClock.now < end { kinds.insert(await store.failure()) }
        #expect(kinds == [fault.kind])
        #expect(lines.all.count == 1)
        #expect(
            lines.all.first?.hasPrefix("Redis is not usable: TLS with 127.0.0.1:\(server.port): ") == true
                && lines.all.first?.contains(fault.words) == true, "\(lines.all)")
        await store.close()
    }

    @Test("What the neighbours of these faults have in common works: trust, name, date and a certificate")
    func accepted() async throws {
        let files = try RedisTLSFiles(TestAuthority(), asksClients: true)
        let server = try RedisServer(tls: files)
        let lines = Lines()
        let store = try RedisStore(
            url: server.url, tls: RedisTLS(files), commandTimeout: .seconds(10), log: { lines.append($0) })
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try await store.isWatched())
        #expect(lines.all.isEmpty)
        await store.close()
    }

    @Test("A name of one's own stands for that of every server: of Redis, of sentinels and of a cluster's nodes")
    func serverName() async throws {
        let files = try RedisTLSFiles(TestAuthority(), names: ["DNS:redis.internal"])
        let single = try RedisServer(tls: files)
        let sentinels = try await RedisSentinelSet.start(tls: files)
        let cluster = try await RedisClusterSet.start(tls: files)
        for url in [single.url, sentinels.url, cluster.url] {
            let named = try RedisStore(
                url: url, tls: RedisTLS(files, serverName: "redis.internal"), commandTimeout: .seconds(10))
            try await named.insert(Sample.session(), now: Sample.now)
            #expect(try await named.isWatched())
            await named.close()
            let lines = Lines()
            let unnamed = try RedisStore(
                url: url, tls: RedisTLS(files), commandTimeout: .seconds(2), log: { lines.append($0) })
            #expect(await unnamed.failure() == .unreachable)
            #expect(lines.all.count == 1 && lines.all[0].contains("IP address mismatch"), "\(lines.all)")
            await unnamed.close()
        }
    }

    @Test(
        "A Redis that hangs over TLS is an error within the deadline, in the handshake too, and normal after its return"
    )
    func hanging() async throws {
        let files = try RedisTLSFiles(TestAuthority())
        let server = try RedisServer(tls: files)
        let store = try RedisStore(url: server.url, tls: RedisTLS(files))
        #expect(await wait { (try? await store.insert(Sample.session(), now: Sample.now)) != nil } != nil)
        try server.pause()
        let (first, failure) = await duration { await store.failure() }
        #expect(failure == .timedOut)
        #expect(first < .milliseconds(600) * Patience.factor)
        // The kernel takes the next connections; nobody answers their greeting.
        let fresh = try RedisStore(url: server.url, tls: RedisTLS(files))
        let (second, unanswered) = await duration { await fresh.failure() }
        #expect(unanswered == .timedOut)
        #expect(second < .milliseconds(600) * Patience.factor)
        try server.resume()
        #expect(await wait { await store.failure() == nil } != nil)
        #expect(await wait { await fresh.failure() == nil } != nil)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        await store.close()
        await fresh.close()
    }

    @Test("A change by another store is announced over TLS, and so is the loss of Redis, which is found again")
    func watched() async throws {
        let files = try RedisTLSFiles(TestAuthority())
        let server = try RedisServer(["--appendonly", "yes", "--appendfsync", "always"], tls: files)
        let store = try RedisStore(url: server.url, tls: RedisTLS(files), commandTimeout: .seconds(10))
        let other = try RedisStore(
            url: server.url, tls: RedisTLS(files), commandTimeout: .seconds(10), watchesVerdicts: false)
        let announcements = Announcements(store)
        for session in ["s1", "s2"] { try await store.insert(Sample.session(session), now: Sample.now) }
        #expect(try await store.isWatched())
        #expect(try await other.revoke(Sample.access(), now: Sample.now))
        #expect(await announcements.wait(for: .token(Sample.access())) != nil)
        server.kill()
        #expect(await wait { await store.failure() == .unreachable } != nil)
        #expect(await announcements.wait(for: .everything) != nil)
        try server.start()
        #expect(await wait { (try? await store.ping()) != nil } != nil)
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)
        #expect(await wait { (try? await store.isWatched(Sample.access(of: "s2"))) == true } != nil)
        await store.close()
        await other.close()
    }

    @Test("When the master dies its replica is found over TLS, and no verdict is wrong meanwhile")
    func failover() async throws {
        let files = try RedisTLSFiles(TestAuthority(), asksClients: true)
        let set = try await RedisSentinelSet.start(tls: files)
        let store = try RedisStore(url: set.url, tls: RedisTLS(files), commandTimeout: .seconds(1))
        try await store.insert(Sample.session(), now: Sample.now)
        let copied = try await wait { try set.replica.command("EXISTS", "jwt:{s1}:refresh:s1-r1") == "1" }
        #expect(copied != nil)
        set.master.kill()
        let healed = await wait(atMost: .seconds(30)) {
            do throws(TokenStoreError) {
                #expect(try await store.verdict(on: Sample.access(), now: Sample.now) != .revoked)
                return true
            } catch {
                #expect([.unreachable, .timedOut].contains(error.kind))
                return false
            }
        }
        #expect(healed != nil)
        await store.close()
    }

    @Test("A URL that does not ask for TLS takes no settings for it")
    func superfluous() throws {
        let files = try RedisTLSFiles(TestAuthority())
        #expect(throws: RedisURLError.self) { try RedisStore(url: "redis://127.0.0.1:1", tls: RedisTLS(files)) }
    }
}

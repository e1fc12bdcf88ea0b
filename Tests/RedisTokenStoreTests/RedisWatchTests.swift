import EventIO
import SallyportTesting
import Synchronization
import Testing
import Tokens

@testable import RedisTokenStore

/// Announcements of changes: that they come, soon, and what holds when they cannot.
@Suite(.timeLimit(.minutes(1)), .serialized, .ownThread)
struct RedisWatchTests {
    @Test("A revocation through one store reaches another's observers, within 100 ms")
    func revocations() async throws {
        let server = try SharedRedis.server()
        let prefix = SharedRedis.prefix()
        let store = try RedisStore(url: server.url, keyPrefix: prefix, commandTimeout: .seconds(10))
        let other = try RedisStore(url: server.url, keyPrefix: prefix, commandTimeout: .seconds(10))
        let arrivals = Arrivals(store)
        var times: [Duration] = []
        for number in 0..<200 {
            try await other.insert(Sample.session("s\(number)"), now: Sample.now)
            let token = Sample.access(of: "s\(number)")
            #expect(try await store.isWatched(token))
            let start = ContinuousClock.now
            #expect(try await other.revoke(token, now: Sample.now))
            times.append(try await arrivals.next(token) - start)
            #expect(try await store.verdict(on: token, now: Sample.now) == .revoked)
        }
        times.sort()
        print("revocation seen elsewhere: median \(times[100]), worst \(times[199])")
        #expect(times[100] < .milliseconds(5) * Patience.factor)
        // The slowest few are those that had to wait for a processor.
        #expect(times[197] < .milliseconds(100) * Patience.factor)
        await store.close()
        await other.close()
    }

    @Test("FLUSHALL is announced as everything")
    func flush() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        let announcements = Announcements(store)
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try await store.isWatched())
        try server.command("FLUSHALL")
        #expect(await announcements.wait(for: .everything) != nil)
        await store.close()
    }

    @Test(
        "When a connection of the two is lost, everything is announced, and verdicts are watched again soon",
        arguments: ["pubsub", "normal"])
    func lostConnection(_ type: String) async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        let announcements = Announcements(store)
        try await store.insert(Sample.session(), now: Sample.now)
        for _ in 0..<5 {
            #expect(await wait { (try? await store.isWatched()) == true } != nil)
            announcements.forget()
            try server.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes")
            #expect(await announcements.wait(for: .everything) != nil)
        }
        await store.close()
    }

    @Test("A server that is silent for the bound of staleness makes everything unfit, though nothing is asked")
    func silence() async throws {
        let server = try RedisServer()
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10))
        let announcements = Announcements(store)
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(try await store.isWatched())
        try server.pause()
        let time = try #require(await announcements.wait(for: .everything))
        #expect(time < .milliseconds(1100) * Patience.factor)
        try server.resume()
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        await store.close()
    }

    @Test(
        "A tracking connection that is silent for the bound counts as lost, though the commands' own goes on",
        arguments: [300, 1000])
    func blackHole(_ milliseconds: Int) async throws {
        let server = try RedisServer()
        let relay = try TCPRelay(to: .local(server.port))
        // Longer than the whole test: only the bound can have noticed.
        let store = try RedisStore(
            url: "redis://\(relay.address)", commandTimeout: .seconds(60), stalenessBound: .milliseconds(milliseconds))
        let other = try RedisStore(url: server.url)
        let announcements = Announcements(store)
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(await wait { (try? await store.isWatched()) == true } != nil)
        announcements.forget()

        relay.holdsNew = true
        #expect(relay.hold("sallyport-watch") == 1)
        #expect(try await other.revoke(Sample.access(), now: Sample.now))
        let time = try #require(await announcements.wait(for: .everything))
        #expect(time <= .milliseconds(milliseconds) * Patience.factor)
        #expect(!announcements.all.contains(.token(Sample.access())))
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)

        // Its successor is no better, as long as the way is closed; what is read meanwhile is not kept.
        try await store.insert(Sample.session("s2"), now: Sample.now)
        #expect(
            try await store.verdict(on: Sample.access(of: "s2"), now: Sample.now)
                == .live(isConfirmed: true, isWatched: false))
        relay.holdsNew = false
        #expect(await wait { (try? await store.isWatched(Sample.access(of: "s2"))) == true } != nil)
        await store.close()
        await other.close()
        relay.stop()
    }

    @Test("Without the right to subscribe the store works, and watches nothing")
    func noSubscription() async throws {
        let server = try RedisServer()
        let log = Lines()
        try server.command(
            words: ["ACL", "SETUSER", "app", "on", ">x"] + RedisStore.rights().filter { $0 != "+subscribe" })
        let store = try RedisStore(
            url: "redis://app:x@127.0.0.1:\(server.port)", commandTimeout: .seconds(10), log: { log.append($0) })
        try await store.insert(Sample.session(), now: Sample.now)
        #expect(
            try await store.verdict(on: Sample.access(), now: Sample.now) == .live(isConfirmed: true, isWatched: false))
        #expect(log.all.contains { $0.contains("announces no changes") })
        await store.close()
    }

    @Test("A change that is announced while the key is read makes the answer unfit to keep")
    func overtaking() async throws {
        let released = Mutex<LoopBound<FakeConnection>?>(nil)
        let watch = Mutex<LoopBound<FakeConnection>?>(nil)
        let key = "jwt:{s1}:access:s1-a1"
        let holdsBack = Atomic(false)
        let server = try await FakeRedis { connection, words in
            switch words.first {
            case "SUBSCRIBE":
                watch.withLock { $0 = LoopBound(connection, to: connection.loop) }
            case "SET":
                // The proof that announcements come through.
                watch.withLock { $0 }?.value.write(FakeRedis.invalidation(of: "jwt:ping"))
            case "GET" where words.last == key:
                guard holdsBack.load(ordering: .relaxed) else { return "$6\r\n9000 1\r\n" }
                released.withLock { $0 = LoopBound(connection, to: connection.loop) }
                watch.withLock { $0 }?.value.write(FakeRedis.invalidation(of: key))
                return nil
            default: break
            }
            return FakeRedis.usual(words)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), stalenessBound: .seconds(60))
        let announcements = Announcements(store)
        #expect(try await store.isWatched())
        holdsBack.store(true, ordering: .relaxed)
        async let verdict = store.verdict(on: Sample.access(), now: Sample.now)
        #expect(await announcements.wait(for: .token(Sample.access())) != nil)
        server.perform { released.withLock { $0 }?.value.write("$6\r\n9000 1\r\n") }
        #expect(try await verdict == .live(isConfirmed: true, isWatched: false))
        holdsBack.store(false, ordering: .relaxed)
        #expect(try await store.isWatched())
        await store.close()
        server.end()
    }

    @Test("A tracking connection through which no announcement comes is not believed")
    func deafConnection() async throws {
        let server = try await FakeRedis { _, words in
            words.first == "GET" ? "$6\r\n9000 1\r\n" : FakeRedis.usual(words)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .milliseconds(500))
        #expect(
            try await store.verdict(on: Sample.access(), now: Sample.now) == .live(isConfirmed: true, isWatched: false))
        await store.close()
        server.end()
    }
}

/// When the announcement of a token arrived.
private struct Arrivals {
    private let stream: AsyncStream<(StoreInvalidation, ContinuousClock.Instant)>

    init(_ store: RedisStore) {
        let (stream, continuation) = AsyncStream.makeStream(of: (StoreInvalidation, ContinuousClock.Instant).self)
        self.stream = stream
        store.observeInvalidations { continuation.yield(($0, .now)) }
    }

    func next(_ token: TokenReference) async throws -> ContinuousClock.Instant {
        for await (change, time) in stream where change == .token(token) { return time }
        throw CancellationError()
    }
}

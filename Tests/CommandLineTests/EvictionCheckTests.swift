import SallyportConfiguration
import Logging
import SallyportTesting
import Synchronization
import Testing

@testable import sallyport

@Suite("The check whether a Redis may evict", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct EvictionCheckTests {
    private static func configuration(_ url: String, requires: Bool) -> StoreConfiguration {
        var store = StoreConfiguration()
        store.url = url
        store.requiresNoEviction = requires
        return store
    }

    @Test("A Redis that may evict is refused only where that is asked for")
    func policy() throws {
        let silence = StoreSentences { _ in }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let evicting = try RedisServer(["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"])
        try EvictionCheck.run(Self.configuration(evicting.url, requires: false), logger, silence)
        let failure = #expect(throws: CommandFailure.self) {
            try EvictionCheck.run(Self.configuration(evicting.url, requires: true), logger, silence)
        }
        #expect(failure?.code == 1)
        #expect(failure?.message?.contains("allkeys-lru") == true)
        let keeping = try RedisServer(["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"])
        try EvictionCheck.run(Self.configuration(keeping.url, requires: true), logger, silence)
    }

    @Test("A Redis that is not there, and another store, do not keep the proxy from starting")
    func absent() throws {
        let silence = StoreSentences { _ in }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for url in ["redis://127.0.0.1:1", "memory:", "sqlite:/nowhere"] {
            try EvictionCheck.run(Self.configuration(url, requires: true), logger, silence)
        }
    }
}

@Suite("What the stores of several loops say")
struct StoreSentenceTests {
    @Test("A sentence is passed on once, also when each loop says it, and again when it comes later")
    func once() {
        let said = Mutex<[String]>([])
        let sentences = StoreSentences { sentence in said.withLock { $0.append(sentence) } }
        let start = ContinuousClock.now
        for _ in 0..<3 { sentences.say("Redis is gone", now: start) }
        sentences.say("Redis is back", now: start + .seconds(1))
        sentences.say("Redis is gone", now: start + .seconds(4))
        #expect(said.withLock { $0 } == ["Redis is gone", "Redis is back"])
        sentences.say("Redis is gone", now: start + .seconds(6))
        #expect(said.withLock { $0 } == ["Redis is gone", "Redis is back", "Redis is gone"])
    }
}

import Configuration
import Logging
import SallyportTesting
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
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let evicting = try RedisServer(["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"])
        try EvictionCheck.run(Self.configuration(evicting.url, requires: false), logger)
        let failure = #expect(throws: CommandFailure.self) {
            try EvictionCheck.run(Self.configuration(evicting.url, requires: true), logger)
        }
        #expect(failure?.code == 1)
        #expect(failure?.message?.contains("allkeys-lru") == true)
        let keeping = try RedisServer(["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"])
        try EvictionCheck.run(Self.configuration(keeping.url, requires: true), logger)
    }

    @Test("A Redis that is not there, and another store, do not keep the proxy from starting")
    func absent() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for url in ["redis://127.0.0.1:1", "memory:", "sqlite:/nowhere"] {
            try EvictionCheck.run(Self.configuration(url, requires: true), logger)
        }
    }
}

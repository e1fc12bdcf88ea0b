import Glibc
import SallyportTesting
import Synchronization

/// One server for all tests that leave it as it is; each has keys of its own.
enum SharedRedis {
    private static let shared = Mutex<RedisServer?>(nil)
    private static let count = Atomic(0)

    static func server() throws -> RedisServer {
        try shared.withLock { server in
            if let server { return server }
            let started = try RedisServer()
            server = started
            // Nobody lets go of it: it is ended with the process.
            atexit { SharedRedis.end() }
            return started
        }
    }

    private static func end() { shared.withLock { $0?.kill() } }

    /// A prefix that no other test has.
    static func prefix() -> String { "t\(count.add(1, ordering: .relaxed).newValue):" }
}

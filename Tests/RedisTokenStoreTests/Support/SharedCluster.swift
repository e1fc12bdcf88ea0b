import Glibc
import SallyportTesting
import Synchronization

/// One cluster of three masters for all tests that leave it as it is; each has keys of its own.
enum SharedCluster {
    private static let start = Task {
        let started = try await RedisClusterSet.start()
        shared.withLock { $0 = started }
        // Nobody lets go of it: it is ended with the process.
        atexit { SharedCluster.end() }
        return started
    }
    private static let shared = Mutex<RedisClusterSet?>(nil)

    static func cluster() async throws -> RedisClusterSet { try await start.value }

    private static func end() { shared.withLock { $0?.nodes.forEach { $0.kill() } } }
}

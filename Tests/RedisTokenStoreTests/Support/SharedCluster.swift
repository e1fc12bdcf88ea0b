import Glibc
import SallyportTesting
import Synchronization

/// One cluster of three masters for all tests that leave it as it is; each has keys of its own.
enum SharedCluster {
    private static let shared = Mutex<RedisClusterSet?>(nil)

    static func cluster() throws -> RedisClusterSet {
        try shared.withLock { cluster in
            if let cluster { return cluster }
            let started = try RedisClusterSet()
            cluster = started
            // Nobody lets go of it: it is ended with the process.
            atexit { SharedCluster.end() }
            return started
        }
    }

    private static func end() { shared.withLock { $0?.nodes.forEach { $0.kill() } } }
}

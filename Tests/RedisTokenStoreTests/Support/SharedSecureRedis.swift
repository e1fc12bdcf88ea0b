import EventIO
import Glibc
import SallyportTesting
import Synchronization

@testable import RedisTokenStore

/// A Redis, a set of sentinels and a cluster that speak TLS and ask for certificates, each for all tests that leave it as
/// it is.
enum SharedSecureRedis {
    private static let files = Result { try RedisTLSFiles(TestAuthority(), asksClients: true) }
    private static let single = Result {
        let server = try RedisServer(tls: files.get())
        endLater { server.kill() }
        return server
    }
    private static let set = Task {
        let set = try await RedisSentinelSet.start(tls: files.get())
        endLater { set.end() }
        return set
    }
    private static let nodes = Task {
        let nodes = try await RedisClusterSet.start(tls: files.get())
        endLater { for node in nodes.nodes { node.kill() } }
        return nodes
    }
    private static let ends = Mutex<[@Sendable () -> Void]>([])

    static func server() throws -> RedisServer { try single.get() }
    static func sentinels() async throws -> RedisSentinelSet { try await set.value }
    static func cluster() async throws -> RedisClusterSet { try await nodes.value }

    /// What a client of any of them needs.
    static func tls() throws -> RedisTLS { try RedisTLS(files.get()) }

    /// Nobody lets go of the servers: they are ended with the process.
    private static func endLater(_ end: @escaping @Sendable () -> Void) {
        let isFirst = ends.withLock { ends in
            ends.append(end)
            return ends.count == 1
        }
        if isFirst { atexit { SharedSecureRedis.endAll() } }
    }

    private static func endAll() { for end in ends.withLock({ $0 }) { end() } }
}

extension RedisTLS {
    /// A client that trusts the authority of a test's servers, and shows what they ask for.
    init(_ files: RedisTLSFiles, serverName: String? = nil) throws {
        self.init(
            try TLSClientContext(
                TLSClientSettings(
                    trust: .authorities(file: files.authority.file),
                    certificate: files.client.map {
                        TLSCertificateFiles(certificate: $0.certificate, key: $0.key)
                    })), serverName: serverName)
    }
}

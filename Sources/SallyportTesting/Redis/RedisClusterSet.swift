internal import Foundation

/// A Redis Cluster on free ports of the loopback address: three masters, with a replica each if wanted. All of them are
/// ended with the last reference.
public final class RedisClusterSet: Sendable {
    /// All nodes; the first three begin as masters.
    public let nodes: [RedisServer]
    private let tls: RedisTLSFiles?

    /// The store URL, which names the first two nodes.
    public var url: String {
        (tls == nil ? "redis" : "rediss") + "+cluster://"
            + nodes.prefix(2).map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    }

    /// Starts the nodes, has them form a cluster, and waits until each of them sees it whole.
    ///
    /// - Parameters:
    ///   - replicas: of each master, 0 or 1.
    ///   - tls: with which all of them speak TLS, also among themselves.
    public static func start(replicas: Int = 0, tls: RedisTLSFiles? = nil) async throws -> RedisClusterSet {
        try await blocking { try RedisClusterSet(replicas: replicas, tls: tls) }
    }

    private init(replicas: Int, tls: RedisTLSFiles?) throws {
        self.tls = tls
        var nodes: [RedisServer] = []
        for _ in 0..<(3 * (1 + replicas)) {
            let bus = try FreePort.find()
            nodes.append(
                try RedisServer(
                    [
                        "--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-node-timeout", "1000",
                        "--repl-ping-replica-period", "1",
                    ] + (tls == nil ? [] : ["--tls-cluster", "yes"]), tls: tls))
        }
        self.nodes = nodes
        try RedisClient.run(
            tls?.clientOptions ?? [],
            ["--cluster", "create"] + nodes.map { "127.0.0.1:\($0.port)" } + [
                "--cluster-replicas", String(replicas), "--cluster-yes",
            ])
        let limit = ContinuousClock.now + .seconds(30)
        while try !nodes.allSatisfy({ try isWhole($0, replicas: replicas) }) {
            guard ContinuousClock.now < limit else { throw RedisServerError(reason: "the nodes form no cluster") }
            usleep(20_000)
        }
    }

    /// The node that is the master of a key.
    public func master(of key: String) throws -> RedisServer {
        let slot = try nodes[0].command("CLUSTER", "KEYSLOT", key)
        for node in nodes {
            let lines = try node.command("CLUSTER", "NODES").split(separator: "\n")
            guard let own = lines.first(where: { $0.contains("myself,master") }) else { continue }
            for range in own.split(separator: " ").dropFirst(8) where !range.hasPrefix("[") {
                let ends = range.split(separator: "-").compactMap { Int($0) }
                if let slot = Int(slot), let first = ends.first, let last = ends.last, (first...last).contains(slot) {
                    return node
                }
            }
        }
        throw RedisServerError(reason: "no node has slot \(slot)")
    }

    private func isWhole(_ node: RedisServer, replicas: Int) throws -> Bool {
        let info = try node.command("CLUSTER", "INFO")
        let state = try node.command("CLUSTER", "NODES").split(separator: "\n")
        return info.contains("cluster_state:ok") && state.count == nodes.count
            && state.count(where: { $0.contains("slave") }) == 3 * replicas
            && !state.contains { $0.contains("handshake") }
    }
}

internal import Foundation

/// A master, a replica and three sentinels (quorum 2) that watch them under the name `gate`, on free ports of the
/// loopback address. All of them are ended with the last reference.
public final class RedisSentinelSet: Sendable {
    /// The first master.
    public let master: RedisServer
    /// Its replica.
    public let replica: RedisServer
    /// The sentinels' ports.
    public let ports: [UInt16]
    private let folder: TemporaryFolder
    private let sentinels: [RedisProcess]
    private let tls: RedisTLSFiles?

    /// The store URL.
    public var url: String {
        (tls == nil ? "redis" : "rediss") + "+sentinel://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
            + "/gate"
    }

    /// Starts all of them, and waits until the sentinels know of each other and of the replica.
    ///
    /// - Parameter tls: with which all of them speak TLS, also among themselves.
    public static func start(tls: RedisTLSFiles? = nil) async throws -> RedisSentinelSet {
        try await blocking { try RedisSentinelSet(tls) }
    }

    private init(_ tls: RedisTLSFiles?) throws {
        self.tls = tls
        let master = try RedisServer(tls: tls)
        self.master = master
        replica = try RedisServer(["--replicaof", "127.0.0.1", String(master.port)], tls: tls)
        let folder = try TemporaryFolder("sallyport-sentinel")
        self.folder = folder
        var ports: [UInt16] = []
        var sentinels: [RedisProcess] = []
        do {
            for number in 1...3 {
                let port = try FreePort.find()
                let file = "\(folder.path)/\(number).conf"
                try Self.configuration(port: port, master: master.port, folder: folder.path, tls)
                    .write(toFile: file, atomically: true, encoding: .utf8)
                sentinels.append(
                    try RedisProcess(["redis-server", file, "--sentinel"], ready: "+monitor master"))
                ports.append(port)
            }
            self.ports = ports
            self.sentinels = sentinels
        } catch {
            for sentinel in sentinels { sentinel.end(SIGKILL) }
            throw error
        }
        let limit = ContinuousClock.now + .seconds(20)
        while try !ports.allSatisfy({ try Self.isComplete($0, tls) }) {
            guard ContinuousClock.now < limit else { throw RedisServerError(reason: "the sentinels found nobody") }
            usleep(20_000)
        }
    }

    /// Ends all of them, before the last reference goes.
    public func end() {
        for sentinel in sentinels { sentinel.end(SIGKILL) }
        replica.kill()
        master.kill()
    }

    deinit { for sentinel in sentinels { sentinel.end(SIGKILL) } }

    /// Has the first sentinel move the master to the replica, without an emergency.
    public func failOver() throws {
        try RedisClient.run(
            ["-p", String(ports[0])] + (tls?.clientOptions ?? []), ["SENTINEL", "FAILOVER", "gate"])
    }

    private static func isComplete(_ port: UInt16, _ tls: RedisTLSFiles?) throws -> Bool {
        let answer = try RedisClient.run(
            ["-p", String(port)] + (tls?.clientOptions ?? []), ["SENTINEL", "MASTER", "gate"])
        return answer.contains("num-slaves\n1\n") && answer.contains("num-other-sentinels\n2\n")
    }

    private static func configuration(
        port: UInt16, master: UInt16, folder: String, _ tls: RedisTLSFiles?
    ) -> String {
        """
        \(tls == nil ? "port \(port)" : "port 0\ntls-port \(port)\n\(tls?.lines ?? "")")
        bind 127.0.0.1
        dir \(folder)
        logfile ""
        sentinel monitor gate 127.0.0.1 \(master) 2
        sentinel down-after-milliseconds gate 500
        sentinel failover-timeout gate 4000
        sentinel parallel-syncs gate 1

        """
    }
}

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
    private let folder: String
    private let sentinels: [RedisProcess]

    /// The store URL.
    public var url: String {
        "redis+sentinel://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") + "/gate"
    }

    /// Starts all of them, and waits until the sentinels know of each other and of the replica.
    public static func start() async throws -> RedisSentinelSet { try await blocking { try RedisSentinelSet() } }

    private init() throws {
        let master = try RedisServer()
        self.master = master
        replica = try RedisServer(["--replicaof", "127.0.0.1", String(master.port)])
        let folder = FileManager.default.temporaryDirectory.appending(path: "sallyport-sentinel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        self.folder = folder.path
        var ports: [UInt16] = []
        var sentinels: [RedisProcess] = []
        do {
            for number in 1...3 {
                let port = try FreePort.find()
                let file = folder.appending(path: "\(number).conf")
                try Self.configuration(port: port, master: master.port, folder: folder.path)
                    .write(to: file, atomically: true, encoding: .utf8)
                sentinels.append(
                    try RedisProcess(["redis-server", file.path, "--sentinel"], ready: "+monitor master"))
                ports.append(port)
            }
            self.ports = ports
            self.sentinels = sentinels
        } catch {
            for sentinel in sentinels { sentinel.end(SIGKILL) }
            throw error
        }
        let limit = ContinuousClock.now + .seconds(20)
        while try !ports.allSatisfy(Self.isComplete) {
            guard ContinuousClock.now < limit else { throw RedisServerError(reason: "the sentinels found nobody") }
            usleep(20_000)
        }
    }

    deinit {
        for sentinel in sentinels { sentinel.end(SIGKILL) }
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            print("cannot remove the folder of a test's sentinels: \(error)")
        }
    }

    /// Has the first sentinel move the master to the replica, without an emergency.
    public func failOver() throws { try RedisClient.run(["-p", String(ports[0])], ["SENTINEL", "FAILOVER", "gate"]) }

    private static func isComplete(_ port: UInt16) throws -> Bool {
        let answer = try RedisClient.run(["-p", String(port)], ["SENTINEL", "MASTER", "gate"])
        return answer.contains("num-slaves\n1\n") && answer.contains("num-other-sentinels\n2\n")
    }

    private static func configuration(port: UInt16, master: UInt16, folder: String) -> String {
        """
        port \(port)
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

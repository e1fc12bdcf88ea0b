internal import EventIO
internal import Tokens

/// Listens to all sentinels for the word that another server is the master now. A master that was cut off together with
/// us goes on to answer; this tells us to leave it. It lives on its loop's thread.
final class SentinelWatch {
    private static let channel = "+switch-master"
    /// How often a sentinel is asked for a sign of life, in milliseconds; it has half of that to give it.
    private static let pulseMilliseconds: Int64 = 2000

    private let loop: EventLoop
    private let group: SentinelGroup
    private let tls: RedisTLS?
    private var connections: [RedisHost: RedisConnection] = [:]
    private var hasStarted = false
    private lazy var pulse = LoopTimer(on: loop) { [unowned self] in beat() }

    /// Called with the new master.
    var onSwitch: ((RedisHost) -> Void)?

    init(on loop: EventLoop, _ group: SentinelGroup, tls: RedisTLS?) {
        self.loop = loop
        self.group = group
        self.tls = tls
    }

    /// Begins to listen; further calls do nothing.
    func start() {
        guard !hasStarted else { return }
        hasStarted = true
        pulse.fire(everyMilliseconds: Self.pulseMilliseconds)
        for host in group.hosts { listen(to: host) }
    }

    func stop() {
        hasStarted = false
        pulse.cancel()
        for connection in connections.values { connection.cancel() }
        connections = [:]
    }

    private func listen(to host: RedisHost) {
        let watch = LoopBound(self, to: loop)
        HostLookup.start(host: host.name, port: host.port, on: loop) { watch.value.connect(host, $0) }
    }

    private func connect(_ host: RedisHost, _ lookup: Result<[SocketAddress], IOError>) {
        // A sentinel that cannot be reached is tried again with the next pulse.
        guard hasStarted, connections[host] == nil, case .success(let addresses) = lookup,
            let address = addresses.first,
            let connection = RedisConnection(on: loop, timeoutMilliseconds: Self.pulseMilliseconds / 2, tls: tls)
        else { return }
        connections[host] = connection
        connection.onConnect = { [unowned self, unowned connection] in
            _ = RedisSignIn(
                as: group.credentials, database: 0, name: "sallyport-watch", on: connection,
                then: [("subscribe", ["SUBSCRIBE", Self.channel])]
            ) { [unowned connection] result in
                if case .failure(let error) = result { connection.end(error) }
            }
        }
        connection.onMessage = { [unowned self] in take($0) }
        connection.onEnd = { [unowned self] _, _ in connections[host] = nil }
        connection.start(to: address, as: host.name)
    }

    private func beat() {
        for host in group.hosts {
            if let connection = connections[host] {
                let request = RedisRequest(.command(["PING"]), at: MonotonicTime.coarseMilliseconds, .handler { _ in })
                connection.send(RedisCommand(["PING"]), for: request)
            } else {
                listen(to: host)
            }
        }
    }

    /// `NAME OLD-HOST OLD-PORT NEW-HOST NEW-PORT`.
    private func take(_ message: [RedisReply]) {
        guard message.count == 3, message[1] == .string(Self.channel),
            let words = message[2].text?.split(separator: " "), words.count == 5, words[0] == group.service,
            let port = UInt16(words[4])
        else { return }
        onSwitch?(RedisHost(name: String(words[3]), port: port))
    }
}

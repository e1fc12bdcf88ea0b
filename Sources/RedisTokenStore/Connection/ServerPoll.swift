internal import EventIO
internal import Tokens

/// Asks several servers the same at once, and decides for the answer of the highest rank: one that was cut off from the
/// others may be the first to answer, with what was true before. It lives on its loop's thread.
final class ServerPoll<Finding> {
    /// For how long better answers are waited for after the first one, in milliseconds.
    private static var graceMilliseconds: Int64 { 40 }

    private let loop: EventLoop
    private let credentials: RedisCredentials
    private let tls: RedisTLS?
    private let commands: [(name: String, words: [String])]
    private let timeoutMilliseconds: Int64
    private let read: ([String: RedisReply], RedisHost) -> (rank: Int64, finding: Finding)?
    private var completion: ((Result<Finding, TokenStoreError>) -> Void)?
    private var connections: [RedisConnection] = []
    private var missing: Int
    private var best: (rank: Int64, finding: Finding)?
    private var failure: TokenStoreError
    private lazy var timer = LoopTimer(on: loop) { [unowned self] in decide() }

    /// Begins to ask.
    ///
    /// - Parameters:
    ///   - commands: the commands, with the names of their replies; see ``RedisSignIn``.
    ///   - failure: what is told when nobody has an answer and nobody says why.
    ///   - read: an answer out of one server's replies; nil for one that does not count.
    ///   - completion: called once, never during this call, unless the poll is cancelled before.
    init(
        of hosts: [RedisHost], as credentials: RedisCredentials, tls: RedisTLS?, on loop: EventLoop,
        timeoutMilliseconds: Int64,
        asking commands: [(name: String, words: [String])], failure: TokenStoreError,
        read: @escaping ([String: RedisReply], RedisHost) -> (rank: Int64, finding: Finding)?,
        completion: @escaping (Result<Finding, TokenStoreError>) -> Void
    ) {
        self.loop = loop
        self.credentials = credentials
        self.tls = tls
        self.commands = commands
        self.timeoutMilliseconds = timeoutMilliseconds
        self.read = read
        self.completion = completion
        self.failure = failure
        missing = hosts.count
        timer.fire(afterMilliseconds: timeoutMilliseconds)
        let poll = LoopBound(self, to: loop)
        for host in hosts {
            loop.atTurnEnd {
                HostLookup.start(host: host.name, port: host.port, on: loop) { poll.value.take($0, of: host) }
            }
        }
    }

    /// Ends the poll without a word.
    func cancel() {
        completion = nil
        timer.cancel()
        for connection in connections { connection.cancel() }
        connections = []
    }

    private func take(_ lookup: Result<[SocketAddress], IOError>, of host: RedisHost) {
        guard completion != nil else { return }
        switch lookup {
        case .failure(let error): miss(TokenStoreError(.unreachable, "\(error)"))
        case .success(let addresses): ask(host, at: addresses[...])
        }
    }

    private func ask(_ host: RedisHost, at addresses: ArraySlice<SocketAddress>) {
        guard let address = addresses.first,
            let connection = RedisConnection(on: loop, timeoutMilliseconds: timeoutMilliseconds, tls: tls)
        else { return miss(failure) }
        connections.append(connection)
        connection.onConnect = { [unowned self, unowned connection] in
            _ = RedisSignIn(as: credentials, database: 0, name: "sallyport-poll", on: connection, then: commands) {
                [unowned self] result in
                connection.cancel()
                answer(result, of: host)
            }
        }
        connection.onEnd = { [unowned self] error, _ in
            if addresses.count > 1 { ask(host, at: addresses.dropFirst()) } else { miss(error) }
        }
        connection.start(to: address, as: host.name)
    }

    private func answer(_ result: Result<[String: RedisReply], TokenStoreError>, of host: RedisHost) {
        switch result {
        case .failure(let error): miss(error)
        case .success(let replies):
            guard let found = read(replies, host) else { return miss(nil) }
            if best == nil { timer.fire(afterMilliseconds: Self.graceMilliseconds) }
            if best.map({ $0.rank < found.rank }) ?? true { best = found }
            miss(nil)
        }
    }

    /// One server less to wait for.
    private func miss(_ error: TokenStoreError?) {
        if let error { failure = error }
        missing -= 1
        if missing == 0 { decide() }
    }

    private func decide() {
        guard let completion else { return }
        cancel()
        if let best { completion(.success(best.finding)) } else { completion(.failure(failure)) }
    }
}

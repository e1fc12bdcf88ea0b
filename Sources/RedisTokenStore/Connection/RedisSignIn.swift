internal import EventIO
internal import Tokens

/// What is said first on a new connection, all in one write: who we are, which database, and what the connection's role
/// needs. It lives on the connection's loop.
final class RedisSignIn {
    private let connection: RedisConnection
    private var missing = 0
    private var failure: TokenStoreError?
    private var values: [String: RedisReply] = [:]
    private let completion: (Result<[String: RedisReply], TokenStoreError>) -> Void

    /// Sends the commands; the completion is called once, with the replies by their names, unless the connection ends
    /// before.
    ///
    /// - Parameter commands: further commands with the names of their replies. One whose name begins with `?` may fail:
    ///   then its reply is missing.
    init(
        as credentials: RedisCredentials, database: Int, name: String, on connection: RedisConnection,
        then commands: [(name: String, words: [String])],
        _ completion: @escaping (Result<[String: RedisReply], TokenStoreError>) -> Void
    ) {
        self.connection = connection
        self.completion = completion
        var all: [(name: String, words: [String])] = []
        if let words = credentials.command { all.append(("auth", words)) }
        // Only for people who look at the list of clients.
        all.append(("?name", ["CLIENT", "SETNAME", name]))
        if database != 0 { all.append(("select", ["SELECT", String(database)])) }
        all += commands
        missing = all.count
        for (name, words) in all { send(name, words) }
    }

    private func send(_ name: String, _ words: [String]) {
        let request = RedisRequest(
            .command(words), at: MonotonicTime.coarseMilliseconds, .handler { self.take($0, of: name) })
        connection.send(RedisCommand(words), for: request)
    }

    private func take(_ result: Result<RedisReply, TokenStoreError>, of name: String) {
        missing -= 1
        switch result {
        case .success(.error(let message)):
            if !name.hasPrefix("?"), failure == nil { failure = TokenStoreError(redis: message) }
        case .success(let reply): values[name] = reply
        case .failure(let error): if failure == nil { failure = error }
        }
        guard missing == 0 else { return }
        if let failure { completion(.failure(failure)) } else { completion(.success(values)) }
    }
}

internal import EventIO
internal import Tokens

/// The way to Redis: a connection for commands, one for announcements, and what happens when they break.
///
/// A command that finds no connection waits for the attempt that is under way, or, once an attempt has failed, fails at
/// once: the circuit is open, and one attempt after the other, not the callers, finds out when Redis is back. It lives
/// on its loop's thread.
final class RedisLink: RedisRouter {
    enum State {
        /// Waiting for the time of the next attempt.
        case down
        /// An attempt is under way.
        case connecting
        case open
        case closed
    }

    /// A connection that breaks younger than this, and has answered nobody, was no success.
    static let shortLifeMilliseconds: Int64 = 1000
    /// How long a demoted server is left alone before its connection is renewed once more.
    private static let refreshMilliseconds: Int64 = 1000

    static let closedError = TokenStoreError(.closed, "the store was closed")

    let loop: EventLoop
    let settings: RedisSettings
    let observers: InvalidationObservers
    let endpoint: RedisURL.Endpoint
    let watch: RedisWatch
    var state = State.down
    var data: RedisConnection?
    /// Where the command connection goes to.
    var address: SocketAddress?
    /// That server's name.
    var serverName = ""
    /// Whether the command connection has signed in.
    var isSignedIn = false
    /// Whether the announcements were tried and failed in this attempt.
    var isWatchSettled = false
    var watchBackoff = Backoff()
    lazy var watchTimer = LoopTimer(on: loop) { [unowned self] in retryWatch() }
    /// Why nothing is announced.
    var watchError: TokenStoreError?
    /// Whether the operator knows that nothing is announced.
    var hasComplainedOfWatch = false
    /// Addresses of the same name that were not tried in this attempt.
    var furtherAddresses: [SocketAddress] = []
    var isLookingUp = false
    /// What the sentinels are being asked.
    var poll: ServerPoll<RedisHost>?
    var sentinels: SentinelWatch?
    /// What the sentinels have named.
    var master: RedisHost?
    /// Whether commands fail at once while there is no connection.
    var isTripped = false
    var lastError = TokenStoreError(.unreachable, "there is no connection to Redis yet")
    /// Requests that wait for the attempt.
    var held: [RedisRequest] = []
    /// The scripts' digests, by name, as this server gave them.
    var digests: [String: String] = [:]
    var backoff = Backoff()
    var openedAt: Int64 = 0
    /// Whether the connection has answered a caller.
    var hasServed = false
    lazy var timer = LoopTimer(on: loop) { [unowned self] in timeIsUp() }
    /// Set when the store closes: called when nothing waits any more.
    var onIdle: (() -> Void)?
    private var refreshedAt = Int64.min / 2

    /// The key with which the announcements are proved; nil while it is not known which one this server has.
    lazy var probe: () -> String? = { [keys = settings.keys] in keys.probe }
    /// In a cluster: gets a request whose answer says to ask elsewhere or later.
    var onRedirect: ((RedisRequest, RedisRedirect) -> Void)?
    /// In a cluster: called when the server is not usable or not what the map says.
    var onTrouble: (() -> Void)?

    init(
        on loop: EventLoop, _ settings: RedisSettings, _ observers: InvalidationObservers,
        to endpoint: RedisURL.Endpoint
    ) {
        self.loop = loop
        self.settings = settings
        self.endpoint = endpoint
        self.observers = observers
        watch = RedisWatch(on: loop, settings)
    }

    /// Begins to connect.
    func start() {
        guard state == .down else { return }
        if settings.watches { observeWatch() }
        if case .sentinel(let group) = endpoint {
            let sentinels = SentinelWatch(on: loop, group, tls: settings.tls)
            sentinels.onSwitch = { [unowned self] in masterMoved(to: $0) }
            self.sentinels = sentinels
            sentinels.start()
        }
        attempt()
    }

    // MARK: Questions

    /// Asks, or lets the question wait for the attempt, or fails it.
    func ask(_ question: RedisQuestion, _ receiver: RedisRequest.Receiver) {
        admit(RedisRequest(question, at: MonotonicTime.coarseMilliseconds, receiver))
    }

    func askAll(_ words: [String], _ completion: @escaping ([RedisAnswer]) -> Void) {
        ask(.command(words), .callback { completion([$0]) })
    }

    func masters(_ completion: @escaping (Result<[String], TokenStoreError>) -> Void) { completion(.success([""])) }

    func ask(master: String, _ words: [String], _ receiver: RedisRequest.Receiver) { ask(.command(words), receiver) }

    /// Whether questions fail at once.
    var isDown: Bool { isTripped }

    /// Takes a request that was made here, or by whoever knows that this server has its key.
    func admit(_ request: RedisRequest) {
        guard state != .closed, onIdle == nil else { return request.fail(Self.closedError) }
        switch state {
        case .open: send(request)
        case .connecting where !isTripped && held.count < RedisConnection.requestLimit: held.append(request)
        case .connecting, .down, .closed: request.fail(lastError)
        }
    }

    func send(_ request: RedisRequest) {
        guard let data else { return request.fail(lastError) }
        request.epoch = watch.epoch
        if request.isAsking {
            let asking = RedisRequest(
                .command(["ASKING"]), at: MonotonicTime.coarseMilliseconds, .handler { _ in })
            data.send(RedisCommand(["ASKING"]), for: asking)
        }
        data.send(command(request), for: request)
    }

    private func command(_ request: RedisRequest) -> RedisCommand {
        switch request.question {
        case .verdict(let token): return RedisCommand(["GET", settings.keys.token(token)])
        case .denial(let name): return RedisCommand(["GET", settings.keys.denial(name)])
        case .command(let words): return RedisCommand(words)
        case .script(let script, let key, let arguments, _):
            guard !request.isAsking else {
                return RedisCommand(["EVAL", script.splitText, "1", key] + arguments)
            }
            guard !request.usesText, let digest = digests[script.name] else {
                return RedisCommand(["EVAL", script.text, "1", key] + arguments)
            }
            return RedisCommand(["EVALSHA", digest, "1", key] + arguments)
        }
    }

    func take(_ reply: RedisReply, for request: RedisRequest) {
        if case .error(let message) = reply {
            if message.hasPrefix("NOSCRIPT"), !request.usesText {
                // The server has lost its scripts (a restart, SCRIPT FLUSH); the text makes it know this one again.
                request.usesText = true
                return send(request)
            }
            if let onRedirect, case .tcp(let host) = endpoint, let redirect = RedisRedirect(message, from: host) {
                onRedirect(request, redirect)
                return tellIfIdle()
            }
            if message.hasPrefix("READONLY") || message.hasPrefix("MASTERDOWN") { refresh() }
            request.fail(TokenStoreError(redis: message))
        } else {
            hasServed = true
            request.answer(
                RedisAnswer(
                    result: .success(reply),
                    isWatched: watch.isActive && request.epoch == watch.epoch && !request.isUnfit,
                    isRepeated: request.isRepeated))
        }
        tellIfIdle()
    }

    /// The server was demoted: its name may lead to another one by now. One that does not is asked once a second.
    private func refresh() {
        let now = MonotonicTime.coarseMilliseconds
        guard now - refreshedAt >= Self.refreshMilliseconds else { return }
        refreshedAt = now
        loop.atTurnEnd { [self] in
            data?.end(TokenStoreError(.unreachable, "Redis has become a read-only replica"))
        }
    }
}

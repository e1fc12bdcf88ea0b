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
    private static let shortLifeMilliseconds: Int64 = 1000
    /// How long a demoted server is left alone before its connection is renewed once more.
    private static let refreshMilliseconds: Int64 = 1000

    let loop: EventLoop
    let settings: RedisSettings
    let observers: InvalidationObservers
    private let endpoint: RedisURL.Endpoint
    let watch: RedisWatch
    var state = State.down
    var data: RedisConnection?
    /// Where the command connection goes to.
    var address: SocketAddress?
    /// Whether the command connection has signed in.
    var isSignedIn = false
    /// Whether the announcements were tried and failed in this attempt.
    var isWatchSettled = false
    var watchBackoff = Backoff()
    lazy var watchTimer = LoopTimer(on: loop) { [unowned self] in retryWatch() }
    /// Whether the operator knows that nothing is announced.
    var hasComplainedOfWatch = false
    /// Addresses of the same name that were not tried in this attempt.
    private var furtherAddresses: [SocketAddress] = []
    private var isLookingUp = false
    /// What the sentinels are being asked.
    private var poll: ServerPoll<RedisHost>?
    private var sentinels: SentinelWatch?
    /// What the sentinels have named.
    private var master: RedisHost?
    /// Whether commands fail at once while there is no connection.
    private var isTripped = false
    private var lastError = TokenStoreError(.unreachable, "there is no connection to Redis yet")
    /// Requests that wait for the attempt.
    private var held: [RedisRequest] = []
    /// The scripts' digests, by name, as this server gave them.
    private var digests: [String: String] = [:]
    private var backoff = Backoff()
    private var openedAt: Int64 = 0
    /// Whether the connection has answered a caller.
    private var hasServed = false
    private lazy var timer = LoopTimer(on: loop) { [unowned self] in timeIsUp() }
    /// Set when the store closes: called when nothing waits any more.
    private var onIdle: (() -> Void)?
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
            let sentinels = SentinelWatch(on: loop, group)
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

    private func send(_ request: RedisRequest) {
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

    private func take(_ reply: RedisReply, for request: RedisRequest) {
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

    // MARK: Connecting

    private func attempt() {
        state = .connecting
        isSignedIn = false
        isWatchSettled = !settings.watches
        timer.fire(afterMilliseconds: settings.attemptMilliseconds)
        switch endpoint {
        case .unix(let path): connect([SocketAddress(.unix(path: path))])
        case .tcp(let host): lookUp(host)
        case .sentinel(let group):
            poll = group.poll(on: loop, timeoutMilliseconds: settings.attemptMilliseconds) { [unowned self] result in
                poll = nil
                switch result {
                case .failure(let error): attemptFailed(error)
                case .success(let host):
                    master = host
                    lookUp(host)
                }
            }
        case .cluster: attemptFailed(TokenStoreError(.unreachable, "a cluster is reached through its nodes"))
        }
    }

    private func lookUp(_ host: RedisHost) {
        // One question at a time: a resolver that hangs is not asked with each attempt.
        guard !isLookingUp else { return }
        isLookingUp = true
        let link = LoopBound(self, to: loop)
        HostLookup.start(host: host.name, port: host.port, on: loop) { link.value.take($0, for: host) }
    }

    private func take(_ lookup: Result<[SocketAddress], IOError>, for host: RedisHost) {
        isLookingUp = false
        guard state == .connecting, data == nil else { return }
        if let master, master != host {
            // It took so long that the sentinels named another one meanwhile.
            return lookUp(master)
        }
        switch lookup {
        case .failure(let error): attemptFailed(TokenStoreError(.unreachable, "\(error)"))
        case .success(let addresses): connect(addresses)
        }
    }

    private func connect(_ addresses: [SocketAddress]) {
        furtherAddresses = Array(addresses.dropFirst())
        guard let address = addresses.first,
            let connection = RedisConnection(on: loop, timeoutMilliseconds: settings.commandMilliseconds)
        else { return attemptFailed(TokenStoreError(.unreachable, "the store URL's host name has no address")) }
        self.address = address
        data = connection
        connection.onConnect = { [unowned self, unowned connection] in signIn(on: connection) }
        connection.onReply = { [unowned self] in take($0, for: $1) }
        connection.onEnd = { [unowned self] in ended($0, $1) }
        connection.start(to: address)
    }

    private func signIn(on connection: RedisConnection) {
        // A node that has none of our keys announces nothing.
        if settings.watches, probe() == nil { isWatchSettled = true }
        if !isWatchSettled, let address { watch.start(to: address) }
        var commands: [(name: String, words: [String])] = RedisScript.all.map {
            ("?" + $0.name, ["SCRIPT", "LOAD", $0.text])
        }
        commands.append(("ping", ["PING"]))
        // Sentinels may be behind the times: what they name must be a master, for a replica knows no verdict.
        if sentinels != nil { commands.append(("role", ["ROLE"])) }
        _ = RedisSignIn(
            as: settings.url.credentials, database: settings.url.database, name: "sallyport", on: connection,
            then: commands
        ) { [unowned self] result in
            switch result {
            case .failure(let error): connection.end(error)
            case .success(let replies):
                if let role = replies["role"], role.elements?.first != .string("master") {
                    return connection.end(
                        TokenStoreError(.unreachable, "the server that the sentinels name is not a master"))
                }
                digests = [:]
                for script in RedisScript.all { digests[script.name] = replies["?" + script.name]?.text }
                isSignedIn = true
                if let client = watch.subscribedClient { track(redirectingTo: client) }
                openIfReady()
            }
        }
    }

    /// Lets the commands through once nothing is left to wait for: also without announcements, if there can be none.
    func openIfReady() {
        guard state == .connecting, isSignedIn, isWatchSettled || watch.isActive else { return }
        state = .open
        timer.cancel()
        openedAt = MonotonicTime.coarseMilliseconds
        hasServed = false
        if isTripped { settings.log("Redis answers again") }
        isTripped = false
        let waiting = held
        held = []
        for request in waiting { send(request) }
    }

    private func timeIsUp() {
        switch state {
        case .down: attempt()
        case .connecting where isSignedIn:
            isWatchSettled = true
            openIfReady()
        case .connecting:
            let error = TokenStoreError(
                .timedOut, "Redis could not be connected to within \(settings.attemptMilliseconds) ms")
            poll?.cancel()
            poll = nil
            if let data {
                furtherAddresses = []
                data.end(error)
            } else {
                attemptFailed(error)
            }
        case .open, .closed: break
        }
    }

    /// The sentinels have made another server the master: this one may not have heard of it.
    private func masterMoved(to host: RedisHost) {
        guard state == .open, host != master else { return }
        settings.log("the sentinels name another master")
        data?.end(TokenStoreError(.unreachable, "the sentinels have named another master"))
    }

    // MARK: Ends

    private func ended(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        data = nil
        let wasActive = watch.isActive
        // The two belong to one server: its other connection may lead to another one soon.
        watch.stop()
        watchTimer.cancel()
        if wasActive { announce([.everything]) }
        if state == .open { lost(error, unanswered) } else { attemptEnded(error) }
        tellIfIdle()
    }

    private func attemptEnded(_ error: TokenStoreError) {
        // A server that has answered is the one that was meant.
        if !furtherAddresses.isEmpty, error.kind == .unreachable { return connect(furtherAddresses) }
        attemptFailed(error)
    }

    private func attemptFailed(_ error: TokenStoreError) {
        trip(error, [])
        pause()
        tellIfIdle()
    }

    private func lost(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        let isShort = !hasServed && MonotonicTime.coarseMilliseconds - openedAt < Self.shortLifeMilliseconds
        if !isShort { backoff.reset() }
        // The system's connection may end at any time (an idle one above all); then the next one decides.
        guard error.kind == .unreachable, !isShort else {
            trip(error, unanswered)
            // A hanging server may be back by now; the others have just shown that they are not.
            if error.kind == .timedOut, !isShort { attempt() } else { pause() }
            return
        }
        for request in unanswered where !request.isInternal {
            if request.question.mayRepeat, !request.isRepeated {
                request.isRepeated = true
                held.append(request)
            } else {
                request.fail(error)
            }
        }
        attempt()
    }

    /// Opens the circuit: what waits fails, and what comes does so at once.
    private func trip(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        if !isTripped { settings.log("Redis is not usable: \(error.reason)") }
        isTripped = true
        lastError = error
        let waiting = held
        held = []
        for request in unanswered + waiting where !request.isInternal { request.fail(error) }
        onTrouble?()
    }

    private func pause() {
        state = .down
        timer.fire(afterMilliseconds: backoff.next())
    }

    // MARK: Closing

    static let closedError = TokenStoreError(.closed, "the store was closed")

    /// Refuses further questions, and ends when the last one is answered or has failed.
    func close(_ completion: @escaping () -> Void) {
        guard state != .closed, onIdle == nil else { return completion() }
        onIdle = { [unowned self] in
            shutDown()
            completion()
        }
        tellIfIdle()
    }

    private func tellIfIdle() {
        guard let onIdle, held.isEmpty, data?.hasCallers != true else { return }
        self.onIdle = nil
        onIdle()
    }

    /// Ends at once; what waits fails.
    func shutDown() {
        state = .closed
        timer.cancel()
        watchTimer.cancel()
        // What was read here may have been kept.
        if watch.isActive { announce([.everything]) }
        watch.stop()
        sentinels?.stop()
        poll?.cancel()
        poll = nil
        let unanswered = (data?.cancel() ?? []) + held
        data = nil
        held = []
        for request in unanswered where !request.isInternal { request.fail(Self.closedError) }
    }
}

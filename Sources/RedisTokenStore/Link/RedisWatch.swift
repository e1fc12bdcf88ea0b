internal import EventIO
internal import Tokens

/// The second connection, on which Redis says which keys have changed (`CLIENT TRACKING … REDIRECT`, server-assisted
/// client-side caching).
///
/// It counts as active once an announcement has come through it: see ``prove(with:)``. From then on it is asked for a sign
/// of life four times within the bound of staleness; without an answer for half of it, it is lost. It lives on its
/// loop's thread.
final class RedisWatch {
    /// What a change is about.
    enum Change {
        case key(String)
        /// The server has forgotten everything, or what it tracked.
        case everything
    }

    private enum State {
        case off
        case connecting(RedisConnection)
        case subscribed(RedisConnection, client: Int64)
        case proving(RedisConnection, probe: String, ticks: Int)
        case active(RedisConnection)
    }

    private static let channel = "__redis__:invalidate"

    private let loop: EventLoop
    private let settings: RedisSettings
    private var state = State.off
    private lazy var pulse = LoopTimer(on: loop) { [unowned self] in beat() }
    /// Counts the proofs; what is read belongs to the one that was the last when the question was sent.
    private(set) var epoch = 0

    /// Called when the subscription stands, with the connection's number.
    var onSubscribe: ((Int64) -> Void)?
    /// Called when the proof has come.
    var onActive: (() -> Void)?
    /// Called for each announcement.
    var onChange: ((Change) -> Void)?
    /// Called when the connection is lost or was refused, with whether it was active; not after ``stop()``.
    var onEnd: ((TokenStoreError, Bool) -> Void)?

    init(on loop: EventLoop, _ settings: RedisSettings) {
        self.loop = loop
        self.settings = settings
    }

    /// Whether announcements come through.
    var isActive: Bool { if case .active = state { true } else { false } }

    /// The connection's number, when it has subscribed and nothing was proved yet.
    var subscribedClient: Int64? { if case .subscribed(_, let client) = state { client } else { nil } }

    /// Whether there is no connection.
    var isOff: Bool { if case .off = state { true } else { false } }

    private var connection: RedisConnection? {
        switch state {
        case .off: nil
        case .connecting(let connection), .subscribed(let connection, _), .proving(let connection, _, _),
            .active(let connection):
            connection
        }
    }

    /// Connects and subscribes.
    func start(to address: SocketAddress, as name: String) {
        stop()
        let timeout = max(settings.stalenessMilliseconds / 2, 100)
        guard let connection = RedisConnection(on: loop, timeoutMilliseconds: timeout, tls: settings.tls) else {
            return
        }
        state = .connecting(connection)
        connection.onConnect = { [unowned self, unowned connection] in signIn(on: connection) }
        connection.onMessage = { [unowned self] in take($0) }
        connection.onEnd = { [unowned self] error, _ in fail(error) }
        connection.start(to: address, as: name)
    }

    /// Ends the connection without a word.
    func stop() {
        connection?.cancel()
        state = .off
        // What is under way was not read under a proof that still holds.
        epoch += 1
        pulse.cancel()
    }

    /// Ends the connection, and says so.
    func fail(_ error: TokenStoreError) {
        guard !isOff else { return }
        let wasActive = isActive
        stop()
        onEnd?(error, wasActive)
    }

    /// Waits for the announcement of a key that the caller, whose tracking is redirected here, has read and changes now:
    /// a number that some other client has, on some other server, must not be mistaken for a tracking connection.
    func prove(with probe: String) {
        guard case .subscribed(let connection, _) = state else { return }
        epoch += 1
        state = .proving(connection, probe: probe, ticks: 0)
    }

    private func signIn(on connection: RedisConnection) {
        _ = RedisSignIn(
            as: settings.url.credentials, database: 0, name: "sallyport-watch", on: connection,
            then: [("id", ["CLIENT", "ID"]), ("subscribe", ["SUBSCRIBE", Self.channel])]
        ) { [unowned self] result in
            switch result {
            case .failure(let error): fail(error)
            case .success(let replies):
                guard let client = replies["id"]?.number else {
                    return fail(TokenStoreError(.corrupt, "Redis does not tell a connection's number"))
                }
                state = .subscribed(connection, client: client)
                pulse.fire(everyMilliseconds: max(settings.stalenessMilliseconds / 4, 20))
                onSubscribe?(client)
            }
        }
    }

    private func beat() {
        guard let connection else { return }
        if case .proving(_, let probe, let ticks) = state {
            guard ticks < 2 else {
                return fail(TokenStoreError(.corrupt, "Redis does not announce changes on the tracking connection"))
            }
            state = .proving(connection, probe: probe, ticks: ticks + 1)
        }
        // Its answer is waited for by the connection's own deadline.
        let request = RedisRequest(.command(["PING"]), at: MonotonicTime.coarseMilliseconds, .handler { _ in })
        connection.send(RedisCommand(["PING"]), for: request)
    }

    private func take(_ message: [RedisReply]) {
        guard message.count == 3, message[1] == .string(Self.channel) else {
            return fail(TokenStoreError(.corrupt, "Redis has sent an announcement that cannot be read"))
        }
        switch message[2] {
        case .null: onChange?(.everything)
        case .array(let keys):
            for key in keys {
                guard let key = key.text else { continue }
                if case .proving(let connection, key, _) = state {
                    state = .active(connection)
                    onActive?()
                } else {
                    onChange?(.key(key))
                }
            }
        default: fail(TokenStoreError(.corrupt, "Redis has sent an announcement that cannot be read"))
        }
    }
}

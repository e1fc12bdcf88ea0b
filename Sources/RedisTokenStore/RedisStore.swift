public import EventIO
internal import Synchronization
public import Tokens

/// The store for several proxies and machines: one Redis (version 6 or later), through hiredis' protocol code on an
/// event loop.
///
/// A verdict is one `GET`; each change is one Lua script, atomic in one slot of the key space. With a loop given, the
/// store's connections live on it, and calls from tasks of that loop run without a change of threads; other callers
/// reach it through its mailbox. Without one the store has a thread of its own.
///
/// Every command has a deadline. When Redis hangs or is gone, waiting commands fail and further ones fail at once, while
/// attempts to reconnect go on (with growing pauses of at most 250 ms); callers get ``Tokens/TokenStoreError``, never a
/// verdict. A command whose connection broke is asked again once if that does no harm.
///
/// Verdicts are watched through a second connection (`CLIENT TRACKING`): a change by anybody is announced, usually
/// within a millisecond. When that connection is lost, or silent for longer than the bound of staleness,
/// ``Tokens/StoreInvalidation/everything`` is announced and verdicts are not watched until it is back. Announcements to
/// observers come on the loop's thread; for callers on that loop they never come before the verdicts they make unfit.
/// A caller on another thread that keeps verdicts must look out for announcements that overtake them.
///
/// Redis promises no more than causal consistency: a failover to a replica may lose the latest writes, also revocations.
public final class RedisStore: TokenStore {
    let loop: EventLoop
    private let router: LoopBound<any RedisRouter>
    let settings: RedisSettings
    let observers = InvalidationObservers()
    /// The thread of a store that was given no loop.
    private let thread: LoopThread?
    private let isClosed = Mutex(false)

    /// Describes the way to a Redis, and begins to connect in the background: a Redis that is not there shows in the
    /// first call, as ``Tokens/TokenStoreError``.
    ///
    /// - Parameters:
    ///   - url: `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, `unix://[USER[:PASSWORD]@]PATH[?db=DATABASE]`,
    ///     `redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT],…/SERVICE[/DATABASE]` (with `sentinel_user` and
    ///     `sentinel_password` as parameters) or `redis+cluster://[USER[:PASSWORD]@]HOST[:PORT],…`, percent-encoded
    ///     where needed; with `rediss` in place of `redis` over TLS.
    ///   - tls: whom to trust, what to show; for `rediss` URLs only. nil stands for the system's authorities, and each
    ///     server's own name.
    ///   - keyPrefix: what each key begins with.
    ///   - commandTimeout: how long a command may wait for its answer.
    ///   - loop: where the connections live; nil for a thread of their own.
    ///   - watchesVerdicts: whether changes are announced; costs a second connection.
    ///   - stalenessBound: for how long at most a revocation may go unnoticed when the tracking connection is silent; at
    ///     least 200 ms.
    ///   - log: gets sentences for the operator, on the loop's thread.
    /// - Throws: ``RedisURLError``, ``EventIO/TLSError`` when the system's authorities cannot be read, or
    ///   ``EventIO/IOError`` when no thread can be started.
    public init(
        url: String, keyPrefix: String = "jwt:", tls: RedisTLS? = nil, commandTimeout: Duration = .milliseconds(250),
        on loop: EventLoop? = nil, watchesVerdicts: Bool = true, stalenessBound: Duration = .milliseconds(1000),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        let url = try RedisURL(url)
        guard url.usesTLS || tls == nil else {
            throw RedisURLError("the store URL is not one for TLS: write rediss in place of redis")
        }
        settings = RedisSettings(
            url: url, tls: try url.usesTLS ? tls ?? RedisTLS(TLSClientContext()) : nil,
            keys: RedisKeys(prefix: keyPrefix),
            commandMilliseconds: max(Int64(clamping: Int64(commandTimeout / .milliseconds(1))), 1),
            watches: watchesVerdicts,
            stalenessMilliseconds: max(Int64(clamping: Int64(stalenessBound / .milliseconds(1))), 200), log: log)
        thread = loop == nil ? try LoopThread(name: "redis-store") : nil
        guard let loop = loop ?? thread?.loop else { throw TokenStoreError(.unreachable, "there is no event loop") }
        self.loop = loop
        let router = LoopBound(Self.router(on: loop, settings, observers), to: loop)
        self.router = router
        loop.perform { router.value.start() }
    }

    public var isFailingFast: Bool { loop.isCurrent && router.value.isDown }

    deinit {
        guard !isClosed.withLock({ $0 }) else { return }
        loop.perform { [router] in router.value.shutDown() }
        // This is not the loop's own thread: nothing that runs there holds the store.
        thread?.join()
    }

    /// How TLS is spoken; for further stores of the same configuration.
    public var tls: RedisTLS? { settings.tls }

    public func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {
        observers.add(observer)
    }

    /// Answers what is under way, and ends the connections.
    public func close() async {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        await withCheckedContinuation { continuation in
            let isPosted = loop.post { [router] in router.value.close { continuation.resume() } }
            if !isPosted { continuation.resume() }
        }
        thread?.join()
        observers.removeAll()
    }

    /// The rights that a Redis user needs for the store, as words for `ACL SETUSER` (Redis 7) or a line of the ACL file:
    /// commands, the keys with the prefix, and the channel of announcements. `info` is only for the check of the eviction
    /// policy at start, `role` for sentinels, `asking` and `cluster` for a cluster, `select` for a database other than 0, `scan` for
    /// `sallyport store`.
    public static func rights(keyPrefix: String = "jwt:") -> [String] {
        [
            "resetkeys", "~\(keyPrefix)*", "resetchannels", "&__redis__:invalidate", "nocommands", "+ping", "+select",
            "+info", "+role", "+asking", "+cluster|info", "+cluster|slots", "+client|setname", "+client|id",
            "+client|tracking", "+subscribe", "+eval", "+evalsha",
            "+script|load", "+get", "+set", "+del", "+ttl", "+expire", "+hget", "+hgetall", "+exists", "+hset",
            "+hsetnx", "+hdel", "+scan",
            "+zadd", "+zscore", "+zrange", "+zrem", "+zremrangebyscore",
        ]
    }

    private static func router(on loop: EventLoop, _ settings: RedisSettings, _ observers: InvalidationObservers)
        -> any RedisRouter
    {
        switch settings.url.endpoint {
        case .cluster(let seeds): RedisCluster(on: loop, settings, observers, seeds: seeds)
        case .tcp, .unix, .sentinel: RedisLink(on: loop, settings, observers, to: settings.url.endpoint)
        }
    }

    /// Asks all masters a question that is about no key.
    func askAll(_ words: [String]) async -> [RedisAnswer] {
        await withCheckedContinuation { continuation in
            let isPosted = loop.post { [router] in
                router.value.askAll(words) { continuation.resume(returning: $0) }
            }
            if !isPosted { continuation.resume(returning: [RedisAnswer(result: .failure(RedisLink.closedError))]) }
        }
    }

    /// The names of all masters.
    func masters() async throws(TokenStoreError) -> [String] {
        let result: Result<[String], TokenStoreError> = await withCheckedContinuation { continuation in
            let isPosted = loop.post { [router] in router.value.masters { continuation.resume(returning: $0) } }
            if !isPosted { continuation.resume(returning: .failure(RedisLink.closedError)) }
        }
        return try result.get()
    }

    /// Asks one master a question that is about no key.
    func ask(master: String, _ words: [String]) async -> RedisAnswer {
        await withCheckedContinuation { continuation in
            let isPosted = loop.post { [router] in router.value.ask(master: master, words, .caller(continuation)) }
            if !isPosted { continuation.resume(returning: RedisAnswer(result: .failure(RedisLink.closedError))) }
        }
    }

    /// Asks one question, on the loop.
    func ask(_ question: RedisQuestion) async -> RedisAnswer {
        await withCheckedContinuation { continuation in
            if loop.isCurrent {
                router.value.ask(question, .caller(continuation))
            } else {
                let isPosted = loop.post { [router] in router.value.ask(question, .caller(continuation)) }
                if !isPosted { continuation.resume(returning: RedisAnswer(result: .failure(RedisLink.closedError))) }
            }
        }
    }

    /// Asks several questions in one write, and waits for all answers; they come in the questions' order.
    func ask(_ questions: [RedisQuestion]) async -> [RedisAnswer] {
        guard !questions.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let work: @Sendable () -> Void = { [router] in
                let batch = RedisBatch(count: questions.count, continuation)
                for (index, question) in questions.enumerated() {
                    router.value.ask(question, .part(batch, index: index))
                }
            }
            if loop.isCurrent {
                work()
            } else if !loop.post(work) {
                let closed = RedisAnswer(result: .failure(RedisLink.closedError))
                continuation.resume(returning: questions.map { _ in closed })
            }
        }
    }

    /// Runs a script on one key.
    func run(_ script: RedisScript, on key: String, _ arguments: [String], mayRepeat: Bool = true)
        async throws(TokenStoreError) -> RedisReply
    {
        try await ask(.script(script, key: key, arguments: arguments, mayRepeat: mayRepeat)).get()
    }

    /// What is said of a reply that our own scripts cannot have given.
    static let strangeReply = TokenStoreError(.corrupt, "Redis holds something under the store's keys that is not ours")
}

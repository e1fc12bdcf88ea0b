internal import EventIO
internal import Tokens

/// The way to a Redis Cluster: one ``RedisLink`` for each master, and the map that tells which of them has a key.
///
/// The map is asked for at the start, after a redirection, and again and again while a master is not usable; the answer
/// of the node with the newest configuration counts. It lives on its loop's thread.
final class RedisCluster: RedisRouter {
    /// How often one question is sent on before it is given up.
    private static let redirectLimit = 8
    /// How long a question waits before it is asked again while its session is on its way, in milliseconds.
    private static let tryAgainMilliseconds: Int64 = 20
    /// For how long a map is not asked for again, in milliseconds.
    private static let mapMilliseconds: Int64 = 50

    private let loop: EventLoop
    private let settings: RedisSettings
    private let observers: InvalidationObservers
    private let seeds: [RedisHost]
    private var map: ClusterMap?
    private var links: [RedisHost: RedisLink] = [:]
    private var poll: ServerPoll<ClusterMap>?
    private var backoff = Backoff()
    private lazy var timer = LoopTimer(on: loop) { [unowned self] in
        isRefreshDue = false
        refresh()
    }
    private var isRefreshDue = false
    private var mappedAt = Int64.min / 2
    /// What waits for the first map.
    private var held: [() -> Void] = []
    private var lastError = TokenStoreError(.unreachable, "there is no connection to the Redis Cluster yet")
    private var hasFailed = false
    private var isClosed = false
    /// Requests that are asked again with the next tick.
    private var postponed: [RedisRequest] = []
    private lazy var postponement = LoopTimer(on: loop) { [unowned self] in askPostponed() }

    init(on loop: EventLoop, _ settings: RedisSettings, _ observers: InvalidationObservers, seeds: [RedisHost]) {
        self.loop = loop
        self.settings = settings
        self.observers = observers
        self.seeds = seeds
    }

    func start() { refresh() }

    // MARK: Questions

    func ask(_ question: RedisQuestion, _ receiver: RedisRequest.Receiver) {
        let request = RedisRequest(question, at: MonotonicTime.coarseMilliseconds, receiver)
        whenMapped { [self] in
            if let error = unusable { request.fail(error) } else { route(request) }
        }
    }

    func askAll(_ words: [String], _ completion: @escaping ([RedisAnswer]) -> Void) {
        whenMapped { [self] in
            guard unusable == nil, let map else {
                return completion([RedisAnswer(result: .failure(unusable ?? lastError))])
            }
            var answers: [RedisAnswer] = []
            for master in map.masters {
                link(for: master).askAll(words) { answer in
                    answers += answer
                    if answers.count == map.masters.count { completion(answers) }
                }
            }
        }
    }

    func masters(_ completion: @escaping (Result<[String], TokenStoreError>) -> Void) {
        whenMapped { [self] in
            guard unusable == nil, let map else { return completion(.failure(unusable ?? lastError)) }
            completion(.success(map.masters.map(\.text).sorted()))
        }
    }

    func ask(master: String, _ words: [String], _ receiver: RedisRequest.Receiver) {
        let request = RedisRequest(.command(words), at: MonotonicTime.coarseMilliseconds, receiver)
        whenMapped { [self] in
            guard let host = map?.masters.first(where: { $0.text == master }), !isClosed else {
                return request.fail(
                    unusable ?? TokenStoreError(.unreachable, "the masters of the Redis Cluster have changed"))
            }
            link(for: host).admit(request)
        }
    }

    /// Why no question can be asked; nil if it can.
    private var unusable: TokenStoreError? {
        if isClosed { return RedisLink.closedError }
        return map == nil ? lastError : nil
    }

    /// Does something at once, or, at the beginning, when the first map has come or has failed to.
    private func whenMapped(_ work: @escaping () -> Void) {
        if map != nil || hasFailed || isClosed || held.count >= RedisConnection.requestLimit {
            work()
        } else {
            held.append(work)
        }
    }

    /// Gives a request to the master that has its key.
    private func route(_ request: RedisRequest) {
        guard let key = request.question.key(settings.keys), let master = map?.master(of: HashSlot.of(key)) else {
            refresh()
            return request.fail(TokenStoreError(.unreachable, "nobody in the Redis Cluster has the key's slot"))
        }
        link(for: master).admit(request)
    }

    private func link(for host: RedisHost) -> RedisLink {
        if let link = links[host] { return link }
        let link = RedisLink(on: loop, settings, observers, to: .tcp(host))
        link.probe = { [unowned self] in probe(for: host) }
        link.onRedirect = { [unowned self] in redirect($0, $1, from: host) }
        link.onTrouble = { [unowned self] in refreshSoon() }
        links[host] = link
        link.start()
        return link
    }

    /// A key of ours that lies with a master; nil while the map does not know it, or when it can have none.
    private func probe(for host: RedisHost) -> String? {
        guard let map, map.masters.contains(host) else { return nil }
        // A prefix with a hash tag of its own keeps all keys in one slot.
        let slots = Set((0..<8).map { HashSlot.of(settings.keys.probe($0)) })
        if slots.count == 1, let slot = slots.first {
            return map.master(of: slot) == host ? settings.keys.probe(0) : nil
        }
        for number in 0..<(HashSlot.count * 4) {
            let key = settings.keys.probe(number)
            if map.master(of: HashSlot.of(key)) == host { return key }
        }
        return nil
    }

    // MARK: Redirections

    private func redirect(_ request: RedisRequest, _ redirect: RedisRedirect, from host: RedisHost) {
        request.redirects += 1
        let age = MonotonicTime.coarseMilliseconds - request.askedAt
        guard request.redirects <= Self.redirectLimit, age < settings.commandMilliseconds, !isClosed else {
            return request.fail(
                TokenStoreError(.unreachable, "the session is on its way from one node of the cluster to another"))
        }
        request.isAsking = false
        switch redirect {
        case .moved(let target):
            refresh()
            link(for: target).admit(request)
        case .ask(let target):
            request.isAsking = true
            link(for: target).admit(request)
        case .tryAgain:
            postponed.append(request)
            postponement.fire(afterMilliseconds: Self.tryAgainMilliseconds)
        case .down:
            refreshSoon()
            request.fail(TokenStoreError(.unreachable, "the Redis Cluster is down (CLUSTERDOWN)"))
        }
    }

    private func askPostponed() {
        let requests = postponed
        postponed = []
        for request in requests { route(request) }
    }

    // MARK: The map

    /// Asks for the map, unless that is under way or was done just now.
    private func refresh() {
        guard poll == nil, !isClosed else { return }
        guard MonotonicTime.coarseMilliseconds - mappedAt >= Self.mapMilliseconds else { return refreshSoon() }
        var hosts = seeds
        for node in map?.nodes ?? [] where !hosts.contains(node) { hosts.append(node) }
        poll = ServerPoll(
            of: hosts, as: settings.url.credentials, tls: settings.tls, on: loop,
            timeoutMilliseconds: settings.attemptMilliseconds,
            asking: [("info", ["CLUSTER", "INFO"]), ("slots", ["CLUSTER", "SLOTS"])],
            failure: TokenStoreError(.unreachable, "no node of the Redis Cluster tells who has which keys"),
            read: { replies, host in
                guard let info = replies["info"]?.text, let slots = replies["slots"],
                    let map = ClusterMap(slots, from: host), !map.masters.isEmpty
                else { return nil }
                return (Self.rank(info), map)
            },
            completion: { [unowned self] in
                poll = nil
                take($0)
            })
    }

    private func refreshSoon() {
        guard poll == nil, !isClosed, !isRefreshDue else { return }
        isRefreshDue = true
        timer.fire(afterMilliseconds: backoff.next())
    }

    private func take(_ result: Result<ClusterMap, TokenStoreError>) {
        switch result {
        case .failure(let error):
            if !hasFailed { settings.log("the Redis Cluster is not usable: \(error.reason)") }
            hasFailed = true
            lastError = error
            refreshSoon()
        case .success(let map):
            if hasFailed { settings.log("the Redis Cluster answers again") }
            hasFailed = false
            self.map = map
            mappedAt = MonotonicTime.coarseMilliseconds
            for host in map.masters { _ = link(for: host) }
            for (host, link) in links where !map.masters.contains(host) {
                links[host] = nil
                // What it has under way is answered, and then it goes.
                link.close { _ = link }
            }
            for link in links.values { link.startWatchIfMissing() }
            // As long as a master is missing, the cluster may be about to put another one in its place.
            if links.values.contains(where: \.isDown) { refreshSoon() } else { backoff.reset() }
        }
        let waiting = held
        held = []
        for work in waiting { work() }
    }

    /// Whether questions to one of the masters fail at once.
    var isDown: Bool { links.values.contains(where: \.isDown) }

    /// How new a node's view is: one that takes part in a working cluster before any other, then by the epoch.
    private static func rank(_ info: String) -> Int64 {
        var rank: Int64 = 0
        for line in info.split(whereSeparator: \.isNewline) {
            if line == "cluster_state:ok" { rank += 1 << 48 }
            if line.hasPrefix("cluster_current_epoch:") { rank += min(Int64(line.dropFirst(22)) ?? 0, 1 << 47) }
        }
        return rank
    }

    // MARK: Closing

    func close(_ completion: @escaping () -> Void) {
        isClosed = true
        stop()
        var missing = links.count
        guard missing > 0 else { return completion() }
        for link in links.values {
            link.close {
                missing -= 1
                if missing == 0 { completion() }
            }
        }
    }

    func shutDown() {
        isClosed = true
        stop()
        for link in links.values { link.shutDown() }
    }

    private func stop() {
        timer.cancel()
        postponement.cancel()
        poll?.cancel()
        poll = nil
        let (waiting, requests) = (held, postponed)
        held = []
        postponed = []
        for work in waiting { work() }
        for request in requests { request.fail(RedisLink.closedError) }
    }
}

internal import SallyportConfiguration
internal import EventIO

/// The connections of one loop to one application: its endpoints, of which each request gets one that works, and a bounded
/// queue of exchanges that wait.
///
/// It belongs to its loop. What follows from failures stands in `UpstreamPool+Health`.
final class UpstreamPool {
    let worker: Worker
    let name: String
    let configuration: UpstreamConfiguration
    /// How TLS is spoken; nil where it is not.
    let tls: UpstreamTLS?
    /// What the operator was told last of TLS that did not come about, and when.
    var toldOfTLS: (reason: String, at: Int64)?
    /// The time-outs that hold for its connections.
    private(set) var times: Times
    private var maxConnections: Int
    private var maxQueue: Int
    var endpoints: [UpstreamEndpoint]
    /// Those that get requests.
    var usable: [UpstreamEndpoint]
    /// How many of these are only tried.
    var trialCount = 0
    private var idleCount = 0
    /// Whose turn it is, or what is drawn next.
    private var turn: UInt64
    private var retries: RetryBudget
    /// Exchanges that wait for a connection.
    private var waiting = WaitingQueue<Exchange>()
    /// Ends ejections.
    var returnTimer: LoopTimer?
    /// Whether there was no descriptor for a connection a moment ago: none is opened until the timer fires.
    private var isExhausted = false
    /// Whether room is made at the end of this turn, and until when nobody is found who could make any.
    var isRoomDue = false
    var searchedUntil: Int64 = 0
    private var exhaustionTimer: LoopTimer?

    init(worker: Worker, _ upstream: Site.Upstream, limits: LimitConfiguration) {
        self.worker = worker
        name = upstream.name
        configuration = upstream.configuration
        tls = upstream.tls
        times = Times(limits, upstream.configuration)
        maxConnections = configuration.maxConnections ?? limits.maxUpstreamConnections
        maxQueue = configuration.queue ?? limits.upstreamQueue
        endpoints = upstream.places.map(UpstreamEndpoint.init)
        usable = endpoints
        retries = RetryBudget(percent: configuration.retryPercent)
        // Loops that begin at different places do not send all their first requests to one endpoint.
        turn = .random(in: 0...UInt64.max >> 1)
    }

    /// Takes over what a reload has changed around an upstream that is the same.
    func adopt(_ upstream: Site.Upstream, limits: LimitConfiguration) {
        times = Times(limits, configuration)
        maxConnections = configuration.maxConnections ?? limits.maxUpstreamConnections
        maxQueue = configuration.queue ?? limits.upstreamQueue
        replacePlaces(upstream.places)
    }

    /// How many connections wait for an exchange.
    var idleConnections: Int { endpoints.reduce(0) { $0 + $1.idle.count } }
    /// How many exchanges wait for a connection.
    var waitingRequests: Int { waiting.count }

    /// How many connections there may be.
    var mostConnections: Int { endpoints.count * maxConnections }

    /// How many endpoints there are to try.
    var endpointCount: Int { endpoints.count }

    /// What a request for a connection came to.
    enum Grant {
        /// An idle connection.
        case ready(UpstreamConnection)
        /// One is being opened, or the exchange waits in the queue.
        case pending
        /// The queue is full.
        case full
        /// No endpoint works.
        case down
    }

    /// Gets a connection for an exchange.
    ///
    /// - Parameters:
    ///   - mustBeFresh: whether an idle one, which may be dead, will not do.
    ///   - avoided: an endpoint that has just failed this exchange.
    func obtain(for exchange: Exchange, mustBeFresh: Bool, avoiding avoided: UpstreamEndpoint? = nil) -> Grant {
        guard let endpoint = choose(avoiding: avoided) else { return wait(exchange, avoiding: avoided) }
        if !mustBeFresh, let connection = endpoint.idle.popLast() {
            idleCount &-= 1
            connection.serve(exchange)
            return .ready(connection)
        }
        if isExhausted { return wait(exchange, avoiding: avoided) }
        open(endpoint, for: exchange)
        return .pending
    }

    /// A request has come, and with it a share of a repetition.
    @inline(__always)
    func noteRequest() { retries.earn() }

    /// Takes one repetition from the budget, where one is left.
    func mayRepeat() -> Bool {
        if retries.spend(now: MonotonicTime.coarseMilliseconds) { return true }
        worker.counters.count(.retryBudget)
        return false
    }

    // MARK: Choice

    @inline(__always)
    private func choose(avoiding avoided: UpstreamEndpoint?) -> UpstreamEndpoint? {
        if usable.count == 1, trialCount == 0, avoided == nil {
            let only = usable[0]
            return only.activeCount < maxConnections ? only : nil
        }
        return chooseAmongSeveral(avoiding: avoided)
    }

    private func chooseAmongSeveral(avoiding avoided: UpstreamEndpoint?) -> UpstreamEndpoint? {
        let count = usable.count
        guard count > 0 else { return nil }
        var index: Int
        switch configuration.balance {
        case .roundRobin:
            turn &+= 1
            index = Int(turn % UInt64(count))
        case .leastRequests: index = drawTwo(count)
        }
        for _ in 0..<count {
            let endpoint = usable[index]
            if endpoint.activeCount < maxConnections, endpoint !== avoided, mayTake(endpoint) {
                if endpoint.health.isOnTrial { endpoint.health.noteTrial(now: MonotonicTime.coarseMilliseconds) }
                return endpoint
            }
            index = index + 1 == count ? 0 : index + 1
        }
        return nil
    }

    /// The power of two choices: of two different endpoints that are drawn, the one with fewer exchanges. It needs no order
    /// of all, and never sends everybody to the one that just came back.
    private func drawTwo(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        // A generator of Marsaglia's, which never comes to 0 from anything else; nobody gains by guessing it.
        turn ^= turn << 13
        turn ^= turn >> 7
        turn ^= turn << 17
        if turn == 0 { turn = 1 }
        let first = Int(((turn & 0xffff_ffff) &* UInt64(count)) >> 32)
        var second = Int(((turn >> 32) &* UInt64(count - 1)) >> 32)
        if second >= first { second += 1 }
        return usable[second].activeCount < usable[first].activeCount ? second : first
    }

    /// Whether an endpoint takes one more request, apart from its number of connections.
    private func mayTake(_ endpoint: UpstreamEndpoint) -> Bool {
        !endpoint.health.isOnTrial || endpoint.health.mayBeTried(now: MonotonicTime.coarseMilliseconds)
    }

    private func wait(_ exchange: Exchange, avoiding avoided: UpstreamEndpoint?) -> Grant {
        // Waiting helps where somebody is busy, not where nobody works.
        guard usable.contains(where: { mayTake($0) && $0 !== avoided }) else { return .down }
        guard waiting.count < maxQueue else { return .full }
        waiting.append(exchange)
        makeRoomLater()
        return .pending
    }

    // MARK: Connections

    private func open(_ endpoint: UpstreamEndpoint, for exchange: Exchange) {
        // The limit counts idle ones too: the oldest makes room.
        if endpoint.openCount >= maxConnections, let oldest = endpoint.idle.first {
            lost(oldest)
            oldest.abandon()
        }
        endpoint.openCount += 1
        worker.counters.add(1, to: .openUpstreamConnections)
        let connection = UpstreamConnection(pool: self, endpoint: endpoint, loop: worker.loop)
        exchange.upstreamIsConnecting(connection)
        connection.dial(endpoint.address, for: exchange, timeoutMilliseconds: times.upstreamConnect)
    }

    /// Takes back a connection that is good for another exchange.
    func release(_ connection: UpstreamConnection) {
        let endpoint = connection.endpoint
        guard endpoint.isUsable, !connection.isTooOld else { return connection.abandon() }
        if waiting.count > 0, connection.isDoubtful, connection.hasUnexpectedInput { return connection.abandon() }
        if let next = waiting.takeFirst() {
            connection.serve(next)
            next.upstreamConnected(connection)
            return
        }
        guard idleCount < configuration.maxIdleConnections, !worker.isDraining else { return connection.abandon() }
        connection.rest(milliseconds: times.upstreamKeepAlive)
        endpoint.idle.append(connection)
        idleCount &+= 1
    }

    /// An idle connection has ended.
    func lost(_ connection: UpstreamConnection) {
        guard let index = connection.endpoint.idle.lastIndex(where: { $0 === connection }) else { return }
        connection.endpoint.idle.remove(at: index)
        idleCount -= 1
    }

    /// A connection was closed: somebody else may open one.
    func closed(_ connection: UpstreamConnection) {
        connection.endpoint.openCount -= 1
        worker.counters.add(-1, to: .openUpstreamConnections)
        guard waiting.count > 0 else { return }
        worker.loop.atTurnEnd { [self] in serveWaiting() }
    }

    /// Gives connections to those who wait, as far as there is room, and an answer to them where nobody works any more.
    func serveWaiting() {
        while waiting.count > 0 {
            guard !usable.isEmpty else {
                waiting.takeFirst()?.upstreamIsDown()
                continue
            }
            guard let endpoint = choose(avoiding: nil), !isExhausted || !endpoint.idle.isEmpty,
                let next = waiting.takeFirst()
            else { return }
            if let connection = endpoint.idle.popLast() {
                idleCount -= 1
                connection.serve(next)
                next.upstreamConnected(connection)
            } else {
                open(endpoint, for: next)
            }
        }
    }

    /// For how long no connection is opened when there was no descriptor for one.
    private static let exhaustionPauseMilliseconds: Int64 = 100

    /// There is no descriptor for the connection of an exchange. The endpoint is not to blame, and one may be free in a
    /// moment: the exchange is the first in the queue, for as long as anybody may wait there.
    func hasNoDescriptor(for exchange: Exchange) {
        isExhausted = true
        let timer =
            exhaustionTimer
            ?? LoopTimer(on: worker.loop) { [unowned self] in
                isExhausted = false
                serveWaiting()
            }
        exhaustionTimer = timer
        timer.fire(afterMilliseconds: Self.exhaustionPauseMilliseconds)
        if exchange.upstreamMustWait(mayQueue: waiting.count < maxQueue) { waiting.prepend(exchange) }
    }

    /// An exchange waits no more.
    func withdraw(_ exchange: Exchange) { waiting.remove(exchange) }

    /// Closes what is idle: the proxy ends, or the upstream is gone from the configuration.
    func closeIdle() {
        for endpoint in endpoints { closeIdle(endpoint) }
    }

    func closeIdle(_ endpoint: UpstreamEndpoint) {
        let closing = endpoint.idle
        endpoint.idle.removeAll()
        idleCount -= closing.count
        for connection in closing { connection.abandon() }
    }
}

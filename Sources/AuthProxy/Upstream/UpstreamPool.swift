internal import EventIO

/// The connections of one loop to one application: idle ones to use again, and a bounded queue of exchanges that wait.
///
/// It belongs to its loop.
final class UpstreamPool {
    let worker: Worker
    private let endpoints: [SocketAddress]
    private let maxIdle: Int
    private var idle: [UpstreamConnection] = []
    private var openCount = 0
    private var turn = 0
    /// Exchanges that wait for a connection, the first one first; `waitingStart` before it have gone.
    private var waiting: [Exchange] = []
    private var waitingStart = 0

    init(worker: Worker, endpoints: [SocketAddress], maxIdle: Int) {
        self.worker = worker
        self.endpoints = endpoints
        self.maxIdle = maxIdle
    }

    /// How many endpoints there are to try.
    var endpointCount: Int { endpoints.count }

    /// What a request for a connection came to.
    enum Grant {
        /// An idle connection.
        case ready(UpstreamConnection)
        /// One is being opened, or the exchange waits in the queue.
        case pending
        /// The queue is full.
        case refused
    }

    /// Gets a connection for an exchange.
    ///
    /// - Parameter mustBeFresh: whether an idle one, which may be dead, will not do.
    func obtain(for exchange: Exchange, mustBeFresh: Bool) -> Grant {
        if !mustBeFresh, let connection = takeIdle() {
            connection.serve(exchange)
            return .ready(connection)
        }
        let limits = worker.site.configuration.limits
        guard openCount - idle.count < limits.maxUpstreamConnections * endpoints.count else {
            guard waiting.count - waitingStart < limits.upstreamQueue else { return .refused }
            waiting.append(exchange)
            return .pending
        }
        // The limit counts idle ones too: the oldest makes room.
        if openCount >= limits.maxUpstreamConnections * endpoints.count, let oldest = idle.first {
            idle.removeFirst()
            oldest.abandon()
        }
        open(for: exchange)
        return .pending
    }

    /// An idle connection of the endpoint whose turn it is; the one that was used last, for it is the most alive.
    private func takeIdle() -> UpstreamConnection? {
        guard endpoints.count > 1 else { return idle.popLast() }
        let endpoint = turn % endpoints.count
        guard let index = idle.lastIndex(where: { $0.endpoint == endpoint }) else { return nil }
        turn &+= 1
        return idle.remove(at: index)
    }

    private func open(for exchange: Exchange) {
        let endpoint = turn % endpoints.count
        turn &+= 1
        openCount += 1
        worker.counters.add(1, to: .openUpstreamConnections)
        let connection = UpstreamConnection(pool: self, endpoint: endpoint, loop: worker.loop)
        exchange.upstreamIsConnecting(connection)
        connection.dial(endpoints[endpoint], for: exchange, timeoutMilliseconds: worker.times.upstreamConnect)
    }

    /// Takes back a connection that is good for another exchange.
    func release(_ connection: UpstreamConnection) {
        if let next = nextWaiting() {
            connection.serve(next)
            next.upstreamConnected(connection)
            return
        }
        guard idle.count < maxIdle, !worker.isDraining else { return connection.abandon() }
        connection.rest(milliseconds: worker.times.upstreamKeepAlive)
        idle.append(connection)
    }

    /// An idle connection has ended.
    func lost(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
    }

    /// A connection was closed: somebody else may open one.
    func closed(_ connection: UpstreamConnection) {
        openCount -= 1
        worker.counters.add(-1, to: .openUpstreamConnections)
        guard waiting.count > waitingStart else { return }
        worker.loop.atTurnEnd { [self] in
            let limits = worker.site.configuration.limits
            guard openCount < limits.maxUpstreamConnections * endpoints.count, let next = nextWaiting() else { return }
            open(for: next)
        }
    }

    /// An exchange waits no more.
    func withdraw(_ exchange: Exchange) {
        guard waitingStart < waiting.count, let index = waiting[waitingStart...].firstIndex(where: { $0 === exchange })
        else { return }
        waiting.remove(at: index)
    }

    private func nextWaiting() -> Exchange? {
        guard waitingStart < waiting.count else { return nil }
        let next = waiting[waitingStart]
        waitingStart += 1
        if waitingStart == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            waitingStart = 0
        } else if waitingStart >= 64 {
            waiting.removeFirst(waitingStart)
            waitingStart = 0
        }
        return next
    }

    /// Closes what is idle: the proxy ends, or the upstream is gone from the configuration.
    func closeIdle() {
        let closing = idle
        idle.removeAll()
        for connection in closing { connection.abandon() }
    }
}

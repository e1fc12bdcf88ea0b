internal import EventIO
internal import HTTPWire

/// A connection to an application. While it is idle in its pool it is read from, so that an end is noticed at once.
///
/// It belongs to its loop.
final class UpstreamConnection: SocketStream {
    /// What it is good for now.
    private enum Phase: UInt8 {
        case connecting, securing, idle, active
    }

    let pool: UpstreamPool
    /// Which of the pool's endpoints it leads to.
    let endpoint: UpstreamEndpoint
    private var phase = Phase.connecting
    /// Whom it serves.
    private var exchange: Exchange?
    /// Whether it has served another exchange before: then it may be dead without our knowledge.
    private(set) var isReused = false
    /// Whether its last answer had no body, so that what an application sends as one all the same is yet to come.
    var isDoubtful = false
    /// When it is too old for another exchange, in milliseconds of the monotonic clock.
    private var expiresAt: Int64 = .max

    init(pool: UpstreamPool, endpoint: UpstreamEndpoint, loop: EventLoop) {
        self.pool = pool
        self.endpoint = endpoint
        super.init(loop: loop, descriptor: -1)
    }

    /// Connects on behalf of an exchange.
    func dial(_ address: SocketAddress, for exchange: Exchange, timeoutMilliseconds: Int64) {
        self.exchange = exchange
        do throws(IOError) {
            let isConnected = try connect(to: address)
            // A TLS handshake has to be done within the same time.
            loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds)
            if isConnected { connected() }
        } catch {
            guard error.isExhaustion else { return failedToConnect() }
            if descriptor < 0, pool.worker.closeIdleUpstreams() {
                return dial(address, for: exchange, timeoutMilliseconds: timeoutMilliseconds)
            }
            abandon()
            pool.worker.noteExhaustion(error)
            pool.hasNoDescriptor(for: exchange)
        }
    }

    /// Whether it must not serve another exchange.
    @inline(__always)
    var isTooOld: Bool { expiresAt != .max && expiresAt <= MonotonicTime.coarseMilliseconds }

    /// Begins to serve an exchange.
    func serve(_ exchange: Exchange) {
        isReused = true
        phase = .active
        self.exchange = exchange
    }

    /// Waits in the pool for the next exchange.
    func rest(milliseconds: Int64) {
        phase = .idle
        exchange = nil
        stopWriting()
        startReading()
        var wait = milliseconds
        if expiresAt != .max { wait = max(min(wait, expiresAt - MonotonicTime.coarseMilliseconds), 1) }
        loop.setDeadline(of: self, afterMilliseconds: wait)
    }

    /// Has the exchange forget it, and closes it.
    func abandon() {
        exchange = nil
        pool.closed(self)
        close()
    }

    private func connected() {
        stopWriting()
        guard let tls = pool.tls else { return established() }
        phase = .securing
        // The deadline of the attempt is the earlier one.
        beginTLS(
            tls.context, serverName: tls.serverName(at: endpoint.place),
            timeoutMilliseconds: pool.times.upstreamConnect + 1000)
    }

    private func established() {
        phase = .active
        suspendDeadline()
        startReading()
        let age = pool.times.upstreamAge
        // Connections that were opened together do not all end together.
        if age > 0 { expiresAt = MonotonicTime.coarseMilliseconds + age - Int64.random(in: 0...age / 10) }
        pool.connected(endpoint)
        exchange?.upstreamConnected(self)
    }

    override func tlsEstablished() { established() }

    override func tlsFailed(_ error: TLSError) {
        let exchange = exchange
        abandon()
        pool.tlsFailed(error)
        // No request can have caused it.
        pool.failed(endpoint, .connect)
        exchange?.upstreamUntrusted(endpoint)
    }

    private func failedToConnect(timedOut: Bool = false) {
        let exchange = exchange
        abandon()
        pool.failed(endpoint, .connect)
        exchange?.upstreamUnreachable(endpoint, timedOut: timedOut)
    }

    override func readable() {
        switch phase {
        case .active: exchange?.upstreamReadable()
        case .connecting, .securing: break
        case .idle:
            // What TLS has to say for itself, such as a ticket, is none of our business.
            if isTLS, !hasUnexpectedInput { return }
            // The application has closed it, or says something that nobody asked for.
            pool.lost(self)
            abandon()
        }
    }

    override func writable() {
        switch phase {
        case .connecting:
            if connectError == nil { connected() } else { failedToConnect() }
        case .active: exchange?.upstreamWritable()
        case .securing: break
        case .idle: stopWriting()
        }
    }

    override func deadlineReached() {
        switch phase {
        case .connecting: failedToConnect(timedOut: true)
        case .securing:
            pool.tellOfTLS("no TLS handshake in time: does it speak TLS there?")
            failedToConnect(timedOut: true)
        case .idle:
            pool.lost(self)
            abandon()
        case .active: exchange?.upstreamTimedOut()
        }
    }
}

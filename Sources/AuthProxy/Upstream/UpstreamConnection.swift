internal import EventIO
internal import HTTPWire

/// A connection to an application. While it is idle in its pool it is read from, so that an end is noticed at once.
///
/// It belongs to its loop.
final class UpstreamConnection: SocketStream {
    /// What it is good for now.
    private enum Phase: UInt8 {
        case connecting, idle, active
    }

    let pool: UpstreamPool
    /// Which of the pool's endpoints it leads to.
    let endpoint: Int
    private var phase = Phase.connecting
    /// Whom it serves.
    private var exchange: Exchange?
    /// Whether it has served another exchange before: then it may be dead without our knowledge.
    private(set) var isReused = false

    init(pool: UpstreamPool, endpoint: Int, loop: EventLoop) {
        self.pool = pool
        self.endpoint = endpoint
        super.init(loop: loop, descriptor: -1)
    }

    /// Connects on behalf of an exchange.
    func dial(_ address: SocketAddress, for exchange: Exchange, timeoutMilliseconds: Int64) {
        self.exchange = exchange
        do throws(IOError) {
            if try connect(to: address) { return connected() }
            loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds)
        } catch {
            failedToConnect()
        }
    }

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
        loop.setDeadline(of: self, afterMilliseconds: milliseconds)
    }

    /// Has the exchange forget it, and closes it.
    func abandon() {
        exchange = nil
        pool.closed(self)
        close()
    }

    private func connected() {
        phase = .active
        stopWriting()
        suspendDeadline()
        startReading()
        exchange?.upstreamConnected(self)
    }

    private func failedToConnect() {
        let exchange = exchange
        abandon()
        exchange?.upstreamUnreachable(timedOut: false)
    }

    override func readable() {
        switch phase {
        case .active: exchange?.upstreamReadable()
        case .connecting: break
        case .idle:
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
        case .idle: stopWriting()
        }
    }

    override func deadlineReached() {
        switch phase {
        case .connecting:
            let exchange = exchange
            abandon()
            exchange?.upstreamUnreachable(timedOut: true)
        case .idle:
            pool.lost(self)
            abandon()
        case .active: exchange?.upstreamTimedOut()
        }
    }
}

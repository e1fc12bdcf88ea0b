internal import Configuration
internal import EventIO
internal import HTTPWire
internal import Logging
internal import Synchronization
internal import Tokens

/// All that one loop works with: its connections, its pools, its cache of verified tokens, and what requests share one after
/// the other so that none of them allocates.
///
/// `@unchecked Sendable`: it is made before its loop runs; after that every member is touched on the loop's thread only,
/// where the server's other threads send their wishes.
final class Worker: @unchecked Sendable {
    let loop: EventLoop
    let counters: LoopCounters
    let buffers = BufferPool()
    let cache: VerifiedTokenCache
    private let shared: SharedParts
    private let accessLog: AccessLogBuffer

    /// The configuration for requests that begin now.
    private(set) var site: Site
    private(set) var times: Times
    private(set) var authenticator: Authenticator
    private(set) var isDraining = false

    // What requests use one after the other.
    var head = RequestHead()
    var responseHead = ResponseHead()
    var cookies: CookieScanner
    /// The canonical path and query of the request that is being decided.
    let target = OutputBuffer(capacity: 1024)
    /// What is being written to a client; empty between calls.
    let output = OutputBuffer(capacity: 32 * 1024, retainedCapacity: 128 * 1024)
    var requestIDs = RequestID()
    let addressTexts = AddressTexts()
    let matchingPath = OutputBuffer(capacity: 256)
    let host = OutputBuffer(capacity: 256)

    private var connections: [DownstreamConnection] = []
    /// The pools of the configuration in force, as its upstreams are numbered.
    private var pools: [UpstreamPool] = []
    private var listeners: [Listener] = []
    private var timer: LoopTimer?
    private var cleanupTimer: LoopTimer?
    private var isCleaningUp = false
    private var drained: (() -> Void)?
    /// Whether accepting pauses because there are as many connections as there may be.
    private var isHolding = false
    private var dateSecond: Int64 = -1
    private(set) var dateLine: [UInt8] = []
    /// Microseconds of the wall clock minus those of the monotonic one.
    private var wallOffset: Int64 = 0

    init(loop: EventLoop, site: Site, manager: JWTManager, shared: SharedParts) {
        self.loop = loop
        self.site = site
        self.shared = shared
        counters = shared.counters.makeLoopCounters()
        cache = VerifiedTokenCache(capacity: site.configuration.limits.verifiedTokens)
        accessLog = AccessLogBuffer(shared.logWriter)
        cookies = site.cookieScanner()
        times = Times(site.configuration.limits)
        authenticator = Authenticator(
            manager: manager, cache: cache, desk: RotationDesk(),
            refreshAheadSeconds: site.configuration.tokens.effectiveRefreshAheadSeconds, audit: shared.audit,
            counters: counters)
        adjustClock()
        pools = site.upstreams.map(makePool)
    }

    // MARK: Life

    /// Begins to work, on the loop's thread.
    func start(_ listeners: [Listener]) {
        replaceListeners(listeners)
        let timer = LoopTimer(on: loop) { [unowned self] in tick() }
        self.timer = timer
        timer.fire(everyMilliseconds: 100)
    }

    /// Has the store forget what has expired, again and again; for one of the loops.
    func scheduleCleanup() {
        let timer = cleanupTimer ?? LoopTimer(on: loop) { [unowned self] in cleanUp() }
        cleanupTimer = timer
        timer.fire(everyMilliseconds: Int64(max(site.configuration.store.cleanupIntervalSeconds, 0.1) * 1000))
    }

    /// The work is the store's, in small steps on its own threads; the loop only waits for it.
    private func cleanUp() {
        guard !isCleaningUp else { return }
        isCleaningUp = true
        let manager = authenticator.manager
        let logger = shared.logger
        loop.startTask { [self] in
            do throws(TokenError) {
                let count = try await manager.cleanupExpiredTokens()
                if count > 0 { logger.debug("removed what has expired", metadata: ["entries": "\(count)"]) }
            } catch {
                logger.warning("what has expired could not be removed; the next round tries again: \(error)")
            }
            isCleaningUp = false
        }
    }

    private func tick() {
        accessLog.flush()
        adjustClock()
        // Another loop's connections may have made room.
        goOnAccepting()
    }

    private func adjustClock() {
        let wall = LogClock.system.now
        wallOffset = wall - MonotonicTime.microseconds
        let second = wall / 1_000_000
        if second != dateSecond {
            dateSecond = second
            dateLine = HTTPDate.line(second)
        }
    }

    /// Puts another configuration into force for requests that begin from now on.
    func adopt(_ site: Site, manager: JWTManager) {
        adoptPools(site)
        self.site = site
        times = Times(site.configuration.limits)
        cookies = site.cookieScanner()
        // Other keys, another binding, another store: what was verified under the old ones is asked again.
        cache.removeAll()
        authenticator = Authenticator(
            manager: manager, cache: cache, desk: RotationDesk(),
            refreshAheadSeconds: site.configuration.tokens.effectiveRefreshAheadSeconds, audit: shared.audit,
            counters: counters)
    }

    /// An upstream that stays as it is keeps its connections; one that has changed gets a pool of its own. Exchanges under
    /// way keep the pool that they know.
    private func adoptPools(_ new: Site) {
        var old = Dictionary(uniqueKeysWithValues: zip(site.upstreams.map(\.name), zip(site.upstreams, pools)))
        pools = new.upstreams.map { upstream in
            guard let (before, pool) = old[upstream.name], before.endpoints == upstream.endpoints,
                before.maxIdleConnections == upstream.maxIdleConnections
            else { return makePool(upstream) }
            old[upstream.name] = nil
            return pool
        }
        for (_, pool) in old.values { pool.closeIdle() }
    }

    private func makePool(_ upstream: Site.Upstream) -> UpstreamPool {
        UpstreamPool(worker: self, endpoints: upstream.endpoints, maxIdle: upstream.maxIdleConnections)
    }

    /// Accepts at these listeners from now on, and at no others.
    func replaceListeners(_ wanted: [Listener]) {
        guard !isDraining else {
            for listener in wanted { listener.close() }
            return
        }
        for listener in listeners where !wanted.contains(where: { $0 === listener }) { listener.close() }
        listeners = wanted
        if !isHolding { for listener in wanted { listener.start() } }
    }

    /// Follows an announcement of the store.
    func invalidate(_ change: StoreInvalidation) { cache.invalidate(change) }

    /// Accepts no more, ends idle connections, and says when the last one has ended.
    func drain(_ completion: @escaping () -> Void) {
        isDraining = true
        drained = completion
        for listener in listeners { listener.close() }
        listeners = []
        for connection in connections { connection.drain() }
        for pool in pools { pool.closeIdle() }
        checkDrained()
    }

    /// Ends everything at once.
    func stop() {
        for listener in listeners { listener.close() }
        listeners = []
        for connection in connections { connection.cut("stopped") }
        for pool in pools { pool.closeIdle() }
        pools = []
        timer?.cancel()
        timer = nil
        cleanupTimer?.cancel()
        cleanupTimer = nil
        accessLog.flush()
    }

    private func checkDrained() {
        guard isDraining, connections.isEmpty, let completion = drained else { return }
        drained = nil
        accessLog.flush()
        completion()
    }

    /// The state of affairs for `GET health/ready`.
    var services: ReservedServices {
        ReservedServices(
            manager: authenticator.manager, audit: shared.audit, counters: shared.counters,
            configuration: site.configuration, isDraining: isDraining)
    }

    var endpoints: (any ReservedEndpoints)? { shared.endpoints }

    /// Seconds since the epoch.
    var now: Int64 { authenticator.manager.clock.now }

    /// How many bytes may wait for a slow reader.
    var streamBufferBytes: Int { site.configuration.limits.streamBufferBytes }

    // MARK: Connections

    /// Takes an accepted connection.
    func accept(_ descriptor: CInt, from address: SocketAddress) {
        counters.add(1, to: .acceptedConnections)
        counters.add(1, to: .openConnections)
        let limits = site.configuration.limits
        let ip = address.ipAddress
        let counted = limits.maxConnectionsPerAddress > 0 ? ip : nil
        let connection = DownstreamConnection(
            worker: self, descriptor: descriptor, peer: ip ?? IPAddress(v4: 0x7f00_0001), countedAddress: counted)
        connection.index = connections.count
        connections.append(connection)
        let total = shared.openConnections.add(1, ordering: .relaxed).newValue
        if total >= limits.maxConnections {
            self.counters.count(.connections)
            isHolding = true
            for listener in listeners { listener.pause() }
        }
        if let counted, shared.addressCounts.add(counted) > limits.maxConnectionsPerAddress {
            self.counters.count(.connectionsPerAddress)
            return connection.turnAway(.tooManyConnections)
        }
        connection.begin()
    }

    /// A connection has ended.
    func forget(_ connection: DownstreamConnection) {
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        counters.add(-1, to: .openConnections)
        if let address = connection.countedAddress { shared.addressCounts.remove(address) }
        shared.openConnections.subtract(1, ordering: .relaxed)
        goOnAccepting()
        checkDrained()
    }

    /// Accepts again where there is room for connections.
    private func goOnAccepting() {
        guard isHolding,
            shared.openConnections.load(ordering: .relaxed) < site.configuration.limits.maxConnections
        else { return }
        isHolding = false
        for listener in listeners { listener.start() }
    }

    // MARK: Exchanges

    func makeExchange(_ downstream: DownstreamConnection) -> Exchange {
        Exchange(
            worker: self, downstream: downstream, site: site, requestBytes: buffers.take(),
            record: ExchangeRecord(bytes: buffers.take()))
    }

    /// Writes an exchange's line and takes back its buffers.
    func finish(_ exchange: Exchange) {
        counters.count(status: exchange.responseStatus)
        if let verdict = exchange.verdict { counters.count(verdict) }
        log(exchange)
        buffers.give(exchange.requestBytes)
        buffers.give(exchange.record.bytes)
    }

    private func log(_ exchange: Exchange) {
        guard !accessLog.isOff else { return }
        let record = exchange.record
        let now = MonotonicTime.microseconds
        var entry = AccessLogEntry(time: now &+ wallOffset)
        entry.status = exchange.responseStatus
        entry.protocolVersion = exchange.clientMinorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1"
        entry.client = exchange.forwarding.client
        entry.bytesIn = exchange.requestBody.count
        entry.bytesOut = exchange.bytesOut
        entry.duration = now - record.startedAt
        if record.decidedAt > 0 { entry.authentication = record.decidedAt - record.startedAt }
        if record.connectedAt > 0 { entry.upstreamConnect = record.connectedAt - record.connectStartedAt }
        if record.firstByteAt > 0 { entry.upstreamFirstByte = record.firstByteAt - record.connectedAt }
        entry.verdict = exchange.verdict
        entry.reason = exchange.reason
        if case .set = exchange.cookies { entry.isRefreshed = true }
        let bytes = unsafe record.bytes.bytes
        let route = exchange.route
        let upstream = route.map { $0.upstream >= 0 ? exchange.site.upstreams[$0.upstream].nameBytes : [] } ?? []
        let routeName = route?.nameBytes ?? []
        let subject = exchange.identity?.subject ?? []
        let identifier = exchange.identity?.identifier ?? []
        unsafe accessLog.append(
            entry, method: bytes.bytes(record.method), path: bytes.bytes(record.path), host: bytes.bytes(record.host),
            route: routeName.span.bytes, upstream: upstream.span.bytes, requestID: bytes.bytes(record.requestID),
            subject: subject.span.bytes, tokenID: identifier.span.bytes)
    }

    func warn(_ message: String) { shared.logger.warning("\(message)") }

    /// The pool of an upstream of the configuration that an exchange follows.
    func pool(_ index: Int, of site: Site) -> UpstreamPool {
        if site === self.site { return pools[index] }
        // The configuration changed while the request was decided.
        let upstream = site.upstreams[index]
        if let now = self.site.upstreams.firstIndex(where: {
            $0.name == upstream.name && $0.endpoints == upstream.endpoints
        }) {
            return pools[now]
        }
        return makePool(upstream)
    }
}

extension SocketAddress {
    /// The peer's IP address; nil for a Unix socket.
    var ipAddress: IPAddress? {
        switch kind {
        case .ipv4(let address, _): IPAddress(v4: address)
        case .ipv6(let high, let low, _): IPAddress(high: high, low: low)
        case .unix: nil
        }
    }
}

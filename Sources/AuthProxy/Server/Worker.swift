internal import SallyportConfiguration
internal import EventIO
internal import HTTP2
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
    /// What the buffers of its clients and exchanges hold.
    let memory = BufferAccount()
    let buffers: BufferPool
    private let exchanges = ExchangePool()
    let cache: VerifiedTokenCache
    /// What lives by a token beyond its request.
    private(set) lazy var live = LiveTokens(self)
    private let shared: SharedParts
    private let accessLog: AccessLogBuffer

    /// The configuration for requests that begin now.
    private(set) var site: Site
    private(set) var times: Times
    private(set) var http2Limits: HTTP2Limits
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
    /// The head of an answer that becomes a header list, and frames on their way out; empty between calls.
    var streamHead = ResponseHead()
    let wire = OutputBuffer(capacity: 4 * 1024, retainedCapacity: 128 * 1024)
    var requestIDs = RequestID()
    let addressTexts = AddressTexts()
    let matchingPath = OutputBuffer(capacity: 256)
    let host = OutputBuffer(capacity: 256)

    private(set) var connections: [DownstreamConnection] = []
    private let handshakes = HandshakeQueue()
    /// The pools of the configuration in force, as its upstreams are numbered.
    private(set) var pools: [UpstreamPool] = []
    private var listeners: [Listener] = []
    private var timer: LoopTimer?
    private var cleanupTimer: LoopTimer?
    private var isCleaningUp = false
    private var drained: (() -> Void)?
    /// Whether accepting pauses because there are as many connections as there may be.
    private var isHolding = false
    /// How many connections of clients all loops may have.
    private var maxConnections = 0
    /// How many loops there are: each has its share of what is limited for all.
    private var loopCount = 1
    /// Whether memory is made free at the end of the turn, and who was ended for that.
    var isReliefDue = false
    var memoryWarnings = WarningPace()
    /// Sockets for which there was no descriptor.
    var exhaustionWarnings = WarningPace()
    /// Clients that were ended because they kept others from an application.
    var slowClientWarnings = WarningPace()
    /// Headers of the PROXY protocol that were refused.
    var headerWarnings = WarningPace()
    private var dateSecond: Int64 = -1
    private(set) var dateLine: [UInt8] = []
    /// Microseconds of the wall clock minus those of the monotonic one.
    private var wallOffset: Int64 = 0

    init(loop: EventLoop, site: Site, manager: JWTManager, shared: SharedParts) {
        self.loop = loop
        self.site = site
        self.shared = shared
        counters = shared.counters.makeLoopCounters()
        buffers = BufferPool(memory)
        cache = VerifiedTokenCache(capacity: site.configuration.limits.verifiedTokens)
        accessLog = AccessLogBuffer(shared.logWriter)
        cookies = site.cookieScanner()
        times = Times(site.configuration.limits)
        http2Limits = HTTP2Limits(site.configuration.limits)
        authenticator = Authenticator(
            manager: manager, cache: cache, desk: RotationDesk(),
            refreshAheadSeconds: site.configuration.tokens.effectiveRefreshAheadSeconds, audit: shared.audit,
            counters: counters)
        adjustClock()
        pools = site.upstreams.map { makePool($0, site) }
        memory.onExcess = { [unowned self] in relieveLater() }
    }

    // MARK: Life

    /// Begins to work, on the loop's thread.
    ///
    /// - Parameter loopCount: how many loops there are.
    func start(_ listeners: [Listener], _ ceiling: ConnectionCeiling, loopCount: Int) {
        maxConnections = ceiling.count
        self.loopCount = loopCount
        memory.limit = Self.memoryShare(site, loopCount)
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
        measure()
        adjustClock()
        live.tick()
        for pool in pools where pool.waitingRequests > 0 { pool.makeRoom() }
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
    func adopt(_ site: Site, manager: JWTManager, _ ceiling: ConnectionCeiling) {
        maxConnections = ceiling.count
        memory.limit = Self.memoryShare(site, loopCount)
        adoptPools(site)
        exchanges.removeAll()
        self.site = site
        for connection in connections {
            if let rules = site.rules(at: connection.rules.address) { connection.rules = rules }
        }
        times = Times(site.configuration.limits)
        http2Limits = HTTP2Limits(site.configuration.limits)
        cookies = site.cookieScanner()
        // Other keys, another binding, another store: what was verified under the old ones is asked again.
        cache.removeAll()
        authenticator = Authenticator(
            manager: manager, cache: cache, desk: RotationDesk(),
            refreshAheadSeconds: site.configuration.tokens.effectiveRefreshAheadSeconds, audit: shared.audit,
            counters: counters)
        live.invalidate(.everything)
    }

    /// An upstream that stays as it is keeps its connections; one that has changed gets a pool of its own. Exchanges under
    /// way keep the pool that they know.
    private func adoptPools(_ new: Site) {
        var old = Dictionary(uniqueKeysWithValues: zip(site.upstreams.map(\.name), zip(site.upstreams, pools)))
        pools = new.upstreams.map { upstream in
            guard let (before, pool) = old[upstream.name], before.configuration == upstream.configuration
            else { return makePool(upstream, new) }
            old[upstream.name] = nil
            pool.adopt(upstream, limits: new.configuration.limits)
            return pool
        }
        for (_, pool) in old.values { pool.closeIdle() }
    }

    private func makePool(_ upstream: Site.Upstream, _ site: Site) -> UpstreamPool {
        UpstreamPool(worker: self, upstream, limits: site.configuration.limits)
    }

    /// Follows what was found out about an upstream, as long as it is the one that was looked at.
    func follow(_ finding: UpstreamFinding) {
        guard !isDraining,
            let pool = pools.first(where: {
                $0.name == finding.upstream && $0.configuration == finding.configuration
            })
        else { return }
        switch finding.what {
        case .places(let places): pool.replacePlaces(places)
        case .health(let address, let isUp): pool.setHealth(of: address, isUp: isUp)
        }
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
    func invalidate(_ change: StoreInvalidation) {
        cache.invalidate(change)
        live.invalidate(change)
    }

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
        if isDraining, !connections.isEmpty { counters.count(LimitKind.drainTimeout) }
        for connection in connections { connection.cut("stopped") }
        for pool in pools { pool.closeIdle() }
        pools = []
        exchanges.removeAll()
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
            manager: authenticator.manager, assertionKeys: site.assertionKeys, audit: shared.audit,
            counters: shared.counters,
            configuration: site.configuration, isDraining: isDraining)
    }

    /// Tokens and sessions of the configuration in force.
    var manager: JWTManager { authenticator.manager }

    var endpoints: (any ReservedEndpoints)? { shared.endpoints }

    /// Seconds since the epoch.
    var now: Int64 { authenticator.manager.clock.now }

    /// How many bytes may wait for a slow reader.
    var streamBufferBytes: Int { site.configuration.limits.streamBufferBytes }

    // MARK: Connections

    /// Takes an accepted connection.
    ///
    /// - Parameter listener: the address at which it was accepted.
    func accept(_ descriptor: CInt, from address: SocketAddress, at listener: ListenerConfiguration.Address) {
        counters.add(1, to: .acceptedConnections)
        counters.add(1, to: .openConnections)
        let limits = site.configuration.limits
        let ip = address.ipAddress
        let rules = site.rules(at: listener) ?? ListenerRules(plainAt: listener)
        // Whom to count is told by the header.
        let counted = limits.maxConnectionsPerAddress > 0 && !rules.expectsProxyHeader ? ip : nil
        let connection = DownstreamConnection(
            worker: self, rules: rules, descriptor: descriptor, peer: ip ?? IPAddress(v4: 0x7f00_0001),
            countedAddress: counted)
        connection.index = connections.count
        connections.append(connection)
        let total = shared.openConnections.add(1, ordering: .relaxed).newValue
        if total >= maxConnections {
            self.counters.count(.connections)
            isHolding = true
            for listener in listeners { listener.pause() }
        }
        if rules.expectsProxyHeader { return awaitHeader(on: connection, from: ip) }
        if let counted, countAddress(counted) > limits.maxConnectionsPerAddress {
            self.counters.count(.connectionsPerAddress)
            return connection.turnAway(.tooManyConnections)
        }
        connection.begin()
    }

    /// A connection begins its TLS handshake; gives its number among those that are under way.
    func handshakeBegan(_ connection: DownstreamConnection) -> Int {
        if handshakes.count >= site.configuration.limits.tlsMaxHandshakes { handshakes.oldest?.cutHandshake() }
        return handshakes.add(connection)
    }

    /// A handshake is over, whatever it came to.
    func handshakeEnded(_ number: Int) { handshakes.remove(number) }

    /// Counts a handshake that failed, and tells why where somebody looks for it.
    func note(_ error: TLSError, of connection: DownstreamConnection) {
        counters.count(TLSCounter(error.kind))
        shared.logger.debug(
            "a TLS handshake failed: \(error.reason)", metadata: ["client_address": "\(connection.peer)"])
    }

    /// Counts a connection of an address in; how many it has with it.
    func countAddress(_ address: IPAddress) -> Int { shared.addressCounts.add(address) }

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
            shared.openConnections.load(ordering: .relaxed) < maxConnections
        else { return }
        isHolding = false
        for listener in listeners { listener.start() }
    }

    // MARK: Exchanges

    func makeExchange(_ downstream: Downstream) -> Exchange {
        guard let exchange = exchanges.take() else { return Exchange(worker: self, downstream: downstream, site: site) }
        exchange.reuse(downstream: downstream, site: site)
        return exchange
    }

    /// Gives back the memory of what is kept for requests to come.
    func dropStock() {
        exchanges.removeAll()
        buffers.removeAll()
    }

    /// Writes an exchange's line and takes it back.
    func finish(_ exchange: Exchange) {
        counters.count(status: exchange.responseStatus)
        if let verdict = exchange.verdict {
            counters.count(verdict)
            if verdict.isFailedAuthentication { noteFailure(of: exchange) }
        }
        let now = MonotonicTime.microseconds
        measure(exchange, now)
        log(exchange, now)
        exchanges.give(exchange)
    }

    /// For how many seconds an address has to wait before tokens of it are looked at that are not known; nil: it need not.
    func throttleSeconds(for address: IPAddress) -> Int64? {
        let limits = site.configuration.limits
        return shared.throttle.secondsToWait(address, now: now, rule: AuthenticationThrottle.Rule(limits))
    }

    @inline(never)
    private func noteFailure(of exchange: Exchange) {
        let address = exchange.forwarding.client
        let rule = AuthenticationThrottle.Rule(site.configuration.limits)
        guard shared.throttle.note(address, now: now, rule: rule) else { return }
        shared.audit.record(
            AuditEvent(
                .authenticationThrottled, clientAddress: address.description, requestID: exchange.record.requestIDText))
    }

    private func log(_ exchange: Exchange, _ now: Int64) {
        guard !accessLog.isOff else { return }
        var entry = AccessLogEntry(time: now &+ wallOffset)
        entry.status = exchange.responseStatus
        entry.protocolVersion =
            exchange.forwarding.isHTTP2 ? "HTTP/2.0" : exchange.clientMinorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1"
        if let client = exchange.downstream.connection.secureClient { entry.tlsVersion = client.version }
        entry.client = exchange.forwarding.client
        entry.bytesIn = exchange.requestBody.count
        entry.bytesOut = exchange.bytesOut
        entry.duration = now - exchange.record.startedAt
        if exchange.record.decidedAt > 0 {
            entry.authentication = exchange.record.decidedAt - exchange.record.startedAt
        }
        if exchange.record.connectedAt > 0 {
            entry.upstreamConnect = exchange.record.connectedAt - exchange.record.connectStartedAt
        }
        if exchange.record.firstByteAt > 0 {
            entry.upstreamFirstByte = exchange.record.firstByteAt - exchange.record.connectedAt
        }
        entry.verdict = exchange.verdict
        entry.reason = exchange.reason
        if case .set = exchange.cookies { entry.isRefreshed = true }
        let texts = exchange.record.bytes
        // The record's bytes do not change any more.
        let bytes = unsafe texts.bytes
        accessLog.append(
            entry, method: bytes.bytes(exchange.record.method), path: bytes.bytes(exchange.record.path),
            host: bytes.bytes(exchange.record.host), requestID: bytes.bytes(exchange.record.requestID),
            route: exchange.route?.logMembers, identity: exchange.identity?.logMembers)
    }

    func warn(_ message: String) { shared.logger.warning("\(message)") }

    /// The pool of an upstream of the configuration that an exchange follows.
    func pool(_ index: Int, of site: Site) -> UpstreamPool {
        if site === self.site { return pools[index] }
        // The configuration changed while the request was decided.
        let upstream = site.upstreams[index]
        if let now = self.site.upstreams.firstIndex(where: {
            $0.name == upstream.name && $0.configuration == upstream.configuration
        }) {
            return pools[now]
        }
        return makePool(upstream, site)
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

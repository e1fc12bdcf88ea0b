public import SallyportConfiguration
internal import EventIO
public import Logging
internal import Synchronization
public import Tokens

/// The proxy: listeners, loops, and what they share. It may run several times in one process, as tests do.
///
///     let server = try ProxyServer(configuration, parts)
///     print(server.addresses)
///     server.drain(timeout: .seconds(30))
///
/// All methods block for as long as their work takes, and belong on no loop's thread.
public final class ProxyServer: Sendable {
    /// What the server is made of, by whoever starts it.
    public struct Parts: Sendable {
        /// Opens the store of a configuration for one loop, given as a task executor on which its calls will be made.
        public var openStore: @Sendable (ProxyConfiguration, StoreContext) throws -> any TokenStore
        /// The source of "now" for tokens.
        public var clock: WallClock
        /// Writes all logs.
        public var logWriter: LogWriter
        /// For sentences to the operator.
        public var logger: Logger
        /// The endpoints of the reserved path.
        public var endpoints: (any ReservedEndpoints)?

        /// Names the parts.
        public init(
            clock: WallClock = .system, logWriter: LogWriter, logger: Logger, endpoints: (any ReservedEndpoints)?,
            openStore: @escaping @Sendable (ProxyConfiguration, StoreContext) throws -> any TokenStore
        ) {
            self.openStore = openStore
            self.clock = clock
            self.logWriter = logWriter
            self.logger = logger
            self.endpoints = endpoints
        }
    }

    private struct State {
        var configuration: ProxyConfiguration
        var stores: [any TokenStore]
        /// Over the first of the stores.
        var manager: JWTManager
        var listeners: [ListenerGroup]
        /// Descriptors that were open before the first client came.
        var descriptors: Int
        var isDraining = false
        var isStopped = false
    }

    private let parts: Parts
    private let shared: SharedParts
    private let threads: [LoopThread]
    private let workers: [Worker]
    /// The keys of TLS' tickets: they outlive reloads, and rotate by themselves.
    private let ticketKeys = TLSTicketKeys()
    /// The key sets of issuers that are fetched.
    private let keyFetcher: KeyFetcher
    private let upstreamWatch: UpstreamWatch
    private let state: Mutex<State>

    /// Starts the loops and listens.
    ///
    /// - Throws: ``SiteError``, `IOError` (an address that cannot be bound), what ``Parts/openStore`` throws, or
    ///   `TokenKeyError`; nothing is left running then.
    public init(_ configuration: ProxyConfiguration, _ parts: Parts) throws {
        self.parts = parts
        let audit = AuditLog(parts.logWriter)
        shared = SharedParts(
            logWriter: parts.logWriter, audit: audit, counters: Counters(parts.logWriter, audit: audit),
            logger: parts.logger, endpoints: parts.endpoints)
        let site = try Site(configuration, tickets: ticketKeys)
        let count = configuration.workers ?? ProxyServer.processorCount
        var threads: [LoopThread] = []
        var stores: [any TokenStore] = []
        do {
            for number in 0..<count { threads.append(try LoopThread(name: "loop-\(number)")) }
            stores = try Self.openStores(configuration, threads, parts)
            let fetcher = KeyFetcher(
                on: threads[0].loop, counters: shared.counters.makeLoopCounters(), logger: parts.logger)
            let plan = try fetcher.plan(configuration)
            var workers: [Worker] = []
            for (thread, store) in zip(threads, stores) {
                let manager = try Self.manager(configuration, plan, store, parts.clock)
                let worker = Worker(loop: thread.loop, site: site, manager: manager, shared: shared)
                Self.watch(store, worker)
                workers.append(worker)
            }
            let listeners = try Self.listeners(configuration, keeping: [], workers)
            let taken = DescriptorLimit.next ?? DescriptorLimit.current
            let ceiling = Self.ceiling(site, workers, taken, parts.logger)
            for worker in workers {
                let index = workers.firstIndex { $0 === worker } ?? 0
                let box = LoopBound(listeners.map { $0.listeners[index] }, to: worker.loop)
                worker.loop.post {
                    worker.start(box.value, ceiling, loopCount: count)
                    if index == 0 { worker.scheduleCleanup() }
                }
            }
            fetcher.onWithdrawal { [workers] in
                for worker in workers { worker.loop.perform { worker.cache.forgetForeignTokens() } }
            }
            fetcher.adopt(plan)
            keyFetcher = fetcher
            upstreamWatch = UpstreamWatch(
                on: threads[0].loop, counters: shared.counters.makeLoopCounters(), logger: parts.logger
            ) { [workers] finding in
                for worker in workers { worker.loop.perform { worker.follow(finding) } }
            }
            upstreamWatch.adopt(site)
            self.threads = threads
            self.workers = workers
            state = Mutex(
                State(
                    configuration: configuration, stores: stores, manager: workers[0].manager, listeners: listeners,
                    descriptors: taken))
        } catch {
            for thread in threads { thread.join() }
            throw error
        }
    }

    /// Where it listens, in the order of the configuration: `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/gate.sock`.
    public var addresses: [String] { state.withLock { $0.listeners.map(\.address.description) } }

    /// The audit log, for events that happen outside of a loop.
    public var audit: AuditLog { shared.audit }

    /// The counters of all loops.
    public var counters: Counters { shared.counters }

    /// What endpoints work with that stand outside of the loops.
    public var services: ReservedServices {
        state.withLock { state in
            ReservedServices(
                manager: state.manager, assertionKeys: nil, audit: shared.audit, counters: shared.counters,
                configuration: state.configuration, isDraining: state.isDraining || state.isStopped)
        }
    }

    /// The configuration in force.
    public var configuration: ProxyConfiguration { state.withLock { $0.configuration } }

    /// Puts another configuration into force without dropping a connection: requests that begin from now on follow it.
    ///
    /// The number of workers stays, and so do listeners whose address is the same.
    ///
    /// - Throws: as ``init(_:_:)``; then the old configuration stays in force, all of it.
    public func reload(_ configuration: ProxyConfiguration) throws {
        let site = try Site(configuration, tickets: ticketKeys)
        let plan = try keyFetcher.plan(configuration)
        try state.withLock { state in
            guard !state.isStopped else { return }
            var stores = state.stores
            let isSameStore = state.configuration.store == configuration.store
            if !isSameStore { stores = try Self.openStores(configuration, threads, parts) }
            let managers: [JWTManager]
            let groups: [ListenerGroup]
            do {
                managers = try stores.map { try Self.manager(configuration, plan, $0, parts.clock) }
                groups = try Self.listeners(configuration, keeping: state.listeners, workers)
            } catch {
                if !isSameStore { Self.closeLater(stores) }
                throw error
            }
            let ceiling = Self.ceiling(site, workers, state.descriptors, parts.logger)
            for (index, worker) in workers.enumerated() {
                let manager = managers[index]
                if !isSameStore { Self.watch(stores[index], worker) }
                let box = LoopBound(groups.map { $0.listeners[index] }, to: worker.loop)
                worker.loop.post {
                    worker.adopt(site, manager: manager, ceiling)
                    if index == 0 { worker.scheduleCleanup() }
                    worker.replaceListeners(box.value)
                }
            }
            if !isSameStore { Self.closeLater(state.stores) }
            keyFetcher.adopt(plan)
            // The loops know the new upstreams by the time that anything is told of them.
            upstreamWatch.adopt(site)
            state.configuration = configuration
            state.stores = stores
            state.manager = managers[0]
            state.listeners = groups
        }
    }

    /// Accepts no more, lets exchanges finish, and stops when they have, or when the time is over.
    ///
    /// - Returns: whether all of them had finished.
    @discardableResult
    public func drain(timeout: Duration) -> Bool {
        state.withLock { $0.isDraining = true }
        let latch = Latch(workers.count)
        for worker in workers { worker.loop.post { worker.drain { latch.arrive() } } }
        let isDrained = latch.wait(timeout)
        stop()
        return isDrained
    }

    /// Stops at once: connections are cut.
    public func stop() {
        let stores: [any TokenStore]? = state.withLock { state in
            guard !state.isStopped else { return nil }
            state.isStopped = true
            return state.stores
        }
        guard let stores else { return }
        keyFetcher.stop()
        upstreamWatch.stop()
        for worker in workers { worker.loop.post { worker.stop() } }
        let latch = Latch(1)
        Task {
            for store in stores { await store.close() }
            latch.arrive()
        }
        _ = latch.wait(.seconds(5))
        for thread in threads { thread.join() }
        shared.audit.reportSuppressed()
    }

    // MARK: Parts

    private static func openStores(_ configuration: ProxyConfiguration, _ threads: [LoopThread], _ parts: Parts) throws
        -> [any TokenStore]
    {
        var stores: [any TokenStore] = []
        for (number, thread) in threads.enumerated() {
            let context = StoreContext(loop: thread.loop, number: number, first: stores.first, logger: parts.logger)
            stores.append(try parts.openStore(configuration, context))
        }
        return stores
    }

    private static func manager(
        _ configuration: ProxyConfiguration, _ plan: KeyFetcher.Plan, _ store: any TokenStore, _ clock: WallClock
    ) throws -> JWTManager {
        JWTManager(
            keys: try TokenKeys(configuration.tokens), store: store, settings: TokenSettings(configuration.tokens),
            issuers: plan.issuers, clock: clock)
    }

    /// A listener for each address of the configuration: one that is there already, or a new one. Where one of them cannot
    /// be bound, none of the new ones is left.
    private static func listeners(
        _ configuration: ProxyConfiguration, keeping old: [ListenerGroup], _ workers: [Worker]
    ) throws -> [ListenerGroup] {
        var kept = old
        var opened: [ListenerGroup] = []
        do {
            return try configuration.listeners.map { listener in
                if let index = kept.firstIndex(where: { $0.wanted == listener.address }) {
                    return kept.remove(at: index)
                }
                let group = try ListenerGroup(listener.address, workers)
                opened.append(group)
                return group
            }
        } catch {
            for group in opened { group.close() }
            throw error
        }
    }

    private static func ceiling(_ site: Site, _ workers: [Worker], _ taken: Int, _ logger: Logger)
        -> ConnectionCeiling
    {
        let ceiling = ConnectionCeiling(site, workers: workers.count, taken: taken)
        if let complaint = ceiling.complaint {
            logger.log(level: ceiling.isMuchLower ? .warning : .info, "\(complaint)")
        }
        return ceiling
    }

    private static func watch(_ store: any TokenStore, _ worker: Worker) {
        // A loop that has ended takes no letters; a store may outlive it.
        store.observeInvalidations { change in worker.loop.perform { worker.invalidate(change) } }
    }

    /// Closes stores that requests under way may still ask for a moment.
    private static func closeLater(_ stores: [any TokenStore]) {
        Task {
            do { try await Task.sleep(for: .seconds(5)) } catch {}
            for store in stores { await store.close() }
        }
    }
}

internal import SallyportConfiguration
internal import EventIO
internal import Logging
internal import Synchronization
internal import Tokens

/// The key sets that a server fetches, for all of its loops: one source for each issuer, on one loop.
///
/// A reload keeps the sources whose configuration is the same, with the keys that they have.
final class KeyFetcher: Sendable {
    /// An issuer whose keys are fetched.
    fileprivate struct Entry: Sendable {
        var issuer: String
        var algorithms: Set<SignatureAlgorithm>
        var remote: IssuerConfiguration.RemoteKeys
        var keys: IssuerKeys
        var source: LoopBound<IssuerKeySource>
        var tls: TLSClientContext
        var isNew: Bool
    }

    /// What a configuration comes to, before it is in force.
    struct Plan: Sendable {
        /// The issuers, for managers.
        let issuers: [ForeignIssuer]
        fileprivate let entries: [Entry]
    }

    private let loop: EventLoop
    private let counters: LoopCounters
    private let logger: Logger
    private let entries = Mutex<[Entry]>([])
    /// Called when what was verified with some key counts no more.
    private let withdrawn = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameter loop: where keys are fetched.
    init(on loop: EventLoop, counters: LoopCounters, logger: Logger) {
        self.loop = loop
        self.counters = counters
        self.logger = logger
    }

    /// Has something called, on the fetching loop, whenever a key is gone from a set.
    func onWithdrawal(_ action: @escaping @Sendable () -> Void) { withdrawn.withLock { $0 = action } }

    /// Prepares a configuration; reads files of authorities, so never on a loop.
    func plan(_ configuration: ProxyConfiguration) throws(SiteError) -> Plan {
        let known = entries.withLock { $0 }
        var planned: [Entry] = []
        let issuers = try configuration.issuers.map { (issuer) throws(SiteError) in
            guard case .remote(let remote) = issuer.keys else { return ForeignIssuer(issuer, configuration.tokens) }
            let tls = try Self.tls(remote, issuer: issuer.issuer)
            var entry: Entry
            if let same = known.first(where: {
                $0.issuer == issuer.issuer && $0.remote == remote && $0.algorithms == Set(issuer.algorithms)
            }) {
                entry = same
                entry.isNew = false
            } else {
                entry = makeEntry(issuer, remote, tls)
            }
            entry.tls = tls
            planned.append(entry)
            return ForeignIssuer(issuer, configuration.tokens, keys: entry.keys)
        }
        return Plan(issuers: issuers, entries: planned)
    }

    private static func tls(
        _ remote: IssuerConfiguration.RemoteKeys, issuer: String
    ) throws(SiteError) -> TLSClientContext {
        do throws(TLSError) {
            return try KeySetFetch.trust(remote)
        } catch {
            throw SiteError("issuer \(issuer): \(error.reason)")
        }
    }

    private func makeEntry(
        _ issuer: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys, _ tls: TLSClientContext
    ) -> Entry {
        let desk = KeyRefreshDesk(intervalMilliseconds: Int64(remote.unknownKeyIntervalSeconds * 1000))
        let keys = IssuerKeys { [weak desk] kid, known in await desk?.refresh(for: kid, known: known) ?? .unavailable }
        let source = LoopBound(
            IssuerKeySource(
                issuer, remote, keys: keys, tls: tls, desk: desk, on: loop, counters: counters, logger: logger,
                withdrawn: { [weak self] in self?.withdrawn.withLock { $0 }?() }), to: loop)
        desk.onWish { [loop] in
            // A loop that has ended fetches nothing any more.
            if !loop.post({ source.value.fetch() }) { desk.finish(nil) }
        }
        return Entry(
            issuer: issuer.issuer, algorithms: Set(issuer.algorithms), remote: remote, keys: keys, source: source,
            tls: tls, isNew: true)
    }

    /// Puts a plan into force: new sources fetch at once, those that are gone end.
    func adopt(_ plan: Plan) {
        let gone = entries.withLock { entries in
            let gone = entries.filter { old in !plan.entries.contains { $0.keys === old.keys } }
            entries = plan.entries
            return gone
        }
        for entry in gone { loop.post { entry.source.value.stop() } }
        for entry in plan.entries {
            loop.post {
                entry.source.value.tls = entry.tls
                if entry.isNew { entry.source.value.fetch() }
            }
        }
    }

    /// Ends all fetches.
    func stop() {
        let entries = entries.withLock { entries in
            defer { entries = [] }
            return entries
        }
        for entry in entries { loop.post { entry.source.value.stop() } }
    }
}

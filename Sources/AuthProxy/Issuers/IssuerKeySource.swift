internal import SallyportConfiguration
internal import EventIO
internal import Logging
internal import Tokens

/// The keys of one issuer: fetches them before they are needed, again and again, and keeps what it has when that fails.
///
/// It belongs to the fetching loop; its ``keys`` are read by all loops.
final class IssuerKeySource {
    /// How often keys are fetched where the server says nothing about that, in seconds.
    private static let usualSeconds: Int64 = 3600
    /// The longest pause after a failure, in seconds.
    private static let longestPause: Int64 = 60

    let keys: IssuerKeys
    private let configuration: IssuerConfiguration
    private let remote: IssuerConfiguration.RemoteKeys
    private let desk: KeyRefreshDesk
    private let loop: EventLoop
    private let counters: LoopCounters
    private let logger: Logger
    /// Whom to trust; read anew at each reload.
    var tls: TLSClientContext
    /// Called when a key is gone from the set: what was verified with it counts no more.
    private let withdrawn: () -> Void
    private lazy var timer = LoopTimer(on: loop) { [unowned self] in fetch() }
    private var request: KeySetFetch?
    private var failures = 0
    private var isStopped = false

    init(
        _ configuration: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys, keys: IssuerKeys,
        tls: TLSClientContext, desk: KeyRefreshDesk, on loop: EventLoop, counters: LoopCounters, logger: Logger,
        withdrawn: @escaping () -> Void
    ) {
        self.configuration = configuration
        self.remote = remote
        self.tls = tls
        self.keys = keys
        self.desk = desk
        self.loop = loop
        self.counters = counters
        self.logger = logger
        self.withdrawn = withdrawn
    }

    /// Fetches now, unless a fetch is under way.
    func fetch() {
        guard !isStopped, request == nil else { return }
        desk.begin()
        timer.cancel()
        counters.count(IssuerCounter.fetched)
        let request = KeySetFetch(configuration, remote, tls: tls, on: loop)
        self.request = request
        request.start { [self] outcome in
            self.request = nil
            switch outcome {
            case .success(let found): succeeded(found.keys, maxAgeSeconds: found.maxAgeSeconds)
            case .failure(let error): failed(error)
            }
        }
    }

    /// Ends what is under way.
    func stop() {
        isStopped = true
        timer.cancel()
        request?.cancel()
        request = nil
        desk.stop()
    }

    private func succeeded(_ set: TokenKeys, maxAgeSeconds: Int64?) {
        let before = keys.current
        keys.replace(with: set)
        if before == nil || failures > 0 {
            logger.notice(
                "keys of an issuer are there",
                metadata: ["issuer": "\(configuration.issuer)", "keys": "\(set.all.count)"])
        }
        failures = 0
        if let before, !Set(before.all.map(Self.name)).isSubset(of: set.all.map(Self.name)) {
            counters.count(IssuerCounter.withdrawn)
            withdrawn()
        }
        let wanted = maxAgeSeconds ?? Self.usualSeconds
        let seconds = min(max(wanted, remote.refreshMinSeconds), remote.refreshMaxSeconds)
        // A little early, so that not all proxies ask at once.
        schedule(milliseconds: seconds * 1000 - Int64.random(in: 0...(seconds * 100)))
        desk.finish(set)
    }

    private func failed(_ error: KeyFetchError) {
        guard !isStopped else { return }
        failures += 1
        counters.count(IssuerCounter.failed)
        let consequence =
            keys.current == nil ? "its tokens are answered with 503 until they come" : "those that are known stay"
        logger.warning(
            "keys of an issuer cannot be fetched: \(error.reason); \(consequence)",
            metadata: ["issuer": "\(configuration.issuer)"])
        let seconds = min(Int64(1) << Int64(min(failures - 1, 10)), Self.longestPause)
        schedule(milliseconds: seconds * 1000 + Int64.random(in: 0...(seconds * 250)))
        desk.finish(nil)
    }

    private func schedule(milliseconds: Int64) {
        if !isStopped { timer.fire(afterMilliseconds: milliseconds) }
    }

    /// What tells a key from others: all of its public part.
    private static func name(_ key: TokenKey) -> String {
        key.publicJWK.map { JSONWriter.text(.object($0)) } ?? ""
    }
}

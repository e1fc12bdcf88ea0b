internal import SallyportConfiguration
internal import EventIO
internal import Logging

/// Watches one upstream: looks its names up again, and keeps a health check for each of its addresses.
///
/// It belongs to its loop. A look-up has a thread of its own (``HostLookup``), so that no loop waits for a resolver; a name
/// that cannot be resolved keeps the addresses that it had.
final class UpstreamMonitor {
    private(set) var upstream: Site.Upstream
    private let loop: EventLoop
    private let counters: LoopCounters
    private let logger: Logger
    private let tell: (UpstreamFinding) -> Void
    private var checks: [HealthCheck] = []
    private var timer: LoopTimer?
    /// Names whose answers are still to come.
    private var openQuestions = 0
    private var isStopped = false

    init(
        _ upstream: Site.Upstream, on loop: EventLoop, counters: LoopCounters, logger: Logger,
        tell: @escaping (UpstreamFinding) -> Void
    ) {
        self.upstream = upstream
        self.loop = loop
        self.counters = counters
        self.logger = logger
        self.tell = tell
        let interval = upstream.configuration.resolveIntervalSeconds
        if interval > 0, !Self.names(of: upstream.configuration).isEmpty {
            let timer = LoopTimer(on: loop) { [unowned self] in lookUp() }
            self.timer = timer
            timer.fire(everyMilliseconds: max(Int64(interval * 1000), 1))
        }
        renewChecks()
    }

    /// Whether there is anything about an upstream that may change by itself.
    static func isNeeded(for configuration: UpstreamConfiguration) -> Bool {
        configuration.healthCheck != nil
            || configuration.resolveIntervalSeconds > 0 && !names(of: configuration).isEmpty
    }

    /// Endpoints whose host is a name: their place, host and port.
    private static func names(of configuration: UpstreamConfiguration) -> [(place: Int, host: String, port: UInt16)] {
        configuration.endpoints.enumerated().compactMap { place, endpoint in
            guard case .tcp(let host, let port) = endpoint, SocketAddress(numericHost: host, port: port) == nil
            else { return nil }
            return (place, host, port)
        }
    }

    /// Takes over addresses that a reload has looked up; the loops know them.
    func adopt(_ addresses: [[SocketAddress]]) {
        upstream.addresses = addresses
        renewChecks()
    }

    func stop() {
        isStopped = true
        timer?.cancel()
        timer = nil
        for check in checks { check.stop() }
        checks = []
    }

    // MARK: Names

    private func lookUp() {
        // A resolver that is slower than the interval is asked nothing more until it has answered.
        guard openQuestions == 0 else { return }
        for (place, host, port) in Self.names(of: upstream.configuration) {
            openQuestions += 1
            let monitor = LoopBound(self, to: loop)
            HostLookup.start(host: host, port: port, on: loop) { result in monitor.value.found(result, place, host) }
        }
    }

    private func found(_ result: Result<[SocketAddress], IOError>, _ place: Int, _ host: String) {
        openQuestions -= 1
        guard !isStopped else { return }
        let before = upstream.places
        switch result {
        case .success(let addresses) where !addresses.isEmpty:
            // A resolver may tell the same addresses in another order each time.
            let kept = upstream.addresses[place].filter { addresses.contains($0) }
            upstream.addresses[place] = kept + addresses.filter { !kept.contains($0) }
        case .success: break
        case .failure(let error):
            logger.warning("upstream \(upstream.name): \(error); its last addresses are kept")
        }
        let now = upstream.places
        guard now != before else { return }
        let list = now.map(\.address.description).joined(separator: ", ")
        logger.info("upstream \(upstream.name): \(host) changed, the endpoints are \(list)")
        renewChecks()
        report(.places(now))
    }

    // MARK: Health

    private func renewChecks() {
        guard let rules = upstream.configuration.healthCheck else { return }
        let old = checks
        checks = upstream.places.map { place in
            if let same = old.first(where: { $0.place == place }) { return same }
            let address = place.address
            return HealthCheck(
                rules, host: rules.host ?? upstream.name, of: place, tls: upstream.tls, on: loop,
                onFailure: { [unowned self] in counters.count(.healthCheck) },
                onChange: { [unowned self] isUp, reason in changed(address, isUp, reason) })
        }
        for check in old where !checks.contains(where: { $0 === check }) { check.stop() }
    }

    private func changed(_ address: SocketAddress, _ isUp: Bool, _ reason: String) {
        if isUp {
            logger.notice("upstream \(upstream.name): \(address) passes its health checks again")
        } else {
            logger.warning("upstream \(upstream.name): \(address) is down: \(reason)")
        }
        report(.health(address, isUp: isUp))
    }

    private func report(_ what: UpstreamFinding.What) {
        tell(UpstreamFinding(upstream: upstream.name, configuration: upstream.configuration, what: what))
    }
}

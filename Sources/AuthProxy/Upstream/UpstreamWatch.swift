internal import SallyportConfiguration
internal import EventIO
internal import Logging

/// What one loop finds out about upstreams for all loops: which addresses names stand for now, and whether endpoints pass
/// their health checks. So an application is asked once, however many loops there are.
final class UpstreamWatch: Sendable {
    private let loop: EventLoop
    private let logger: Logger
    private let counters: LoopCounters
    private let tell: @Sendable (UpstreamFinding) -> Void
    private let monitors: LoopBound<Monitors>

    private final class Monitors {
        var all: [UpstreamMonitor] = []
    }

    /// - Parameters:
    ///   - loop: where names and endpoints are asked.
    ///   - tell: called on that loop with whatever has changed.
    init(
        on loop: EventLoop, counters: LoopCounters, logger: Logger, tell: @escaping @Sendable (UpstreamFinding) -> Void
    ) {
        self.loop = loop
        self.logger = logger
        self.counters = counters
        self.tell = tell
        monitors = LoopBound(Monitors(), to: loop)
    }

    /// Watches the upstreams of a configuration that all loops have been told of, and no others. Those that stay as they are
    /// keep what is known of them.
    func adopt(_ site: Site) {
        loop.post { [self] in
            let old = monitors.value.all
            monitors.value.all = site.upstreams.compactMap { upstream in
                if let same = old.first(where: {
                    $0.upstream.name == upstream.name && $0.upstream.configuration == upstream.configuration
                }) {
                    same.adopt(upstream.addresses)
                    return same
                }
                guard UpstreamMonitor.isNeeded(for: upstream.configuration) else { return nil }
                return UpstreamMonitor(upstream, on: loop, counters: counters, logger: logger, tell: tell)
            }
            for monitor in old where !monitors.value.all.contains(where: { $0 === monitor }) { monitor.stop() }
        }
    }

    /// Asks nobody any more.
    func stop() {
        loop.post { [self] in
            for monitor in monitors.value.all { monitor.stop() }
            monitors.value.all = []
        }
    }
}

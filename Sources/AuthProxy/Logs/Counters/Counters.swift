internal import HTTPWire
internal import Synchronization

/// The counters of all loops. Any thread may use it.
public final class Counters: Sendable {
    private let loops = Mutex<[LoopCounters]>([])
    private let writer: LogWriter?
    private let audit: AuditLog?

    /// No counters yet; those of the logs are read from `writer`, and those of sessions and tokens from `audit`.
    public init(_ writer: LogWriter?, audit: AuditLog? = nil) {
        self.writer = writer
        self.audit = audit
    }

    /// Counters for one more loop. They are kept when the loop ends, so that sums never fall.
    public func makeLoopCounters() -> LoopCounters {
        let counters = LoopCounters()
        loops.withLock { $0.append(counters) }
        return counters
    }

    /// Everything that is counted, summed over all loops. Numbers of different slots may be some moments apart.
    public func families() -> [CounterFamily] {
        let loops = loops.withLock { $0 }
        func samples(_ family: LoopCounters.Family, _ names: [String]) -> [CounterFamily.Sample] {
            names.enumerated().map { index, name in
                let sum = loops.reduce(UInt64(0)) { $0 &+ $1.value(at: family.start + index) }
                // A gauge read while it falls on one loop and rises on another may be below zero for a moment.
                return .init(label: name, value: Int64(bitPattern: sum))
            }
        }
        var result = [
            CounterFamily(
                "requests_total", "Requests by the class of their status.", label: "status",
                samples(LoopCounters.status, ["1xx", "2xx", "3xx", "4xx", "5xx", "none"])),
            CounterFamily(
                "verdicts_total", "Requests by what was decided about their credential.", label: "code",
                samples(LoopCounters.verdict, VerdictCode.allCases.map(\.text.description))),
            CounterFamily(
                "messages_refused_total", "Messages refused for their form.", label: "flaw",
                samples(LoopCounters.requestFlaw, HTTPParseError.Kind.allCases.map { Self.snakeCase("\($0)") })),
            CounterFamily(
                "limits_hit_total", "Limits that were hit.", label: "limit",
                samples(LoopCounters.limit, LimitKind.allCases.map(\.text.description))),
            CounterFamily(
                "upstream_errors_total", "Failures of upstreams.", label: "kind",
                samples(LoopCounters.upstream, UpstreamErrorKind.allCases.map(\.text.description))),
            CounterFamily(
                "store_errors_total", "Failures of the token store.", label: "kind",
                samples(LoopCounters.store, LoopCounters.storeErrors.map(\.text.description))),
            CounterFamily(
                "issuer_key_sets_total", "Fetches of the keys of foreign issuers.", label: "event",
                samples(LoopCounters.issuer, IssuerCounter.allCases.map(\.text.description))),
            CounterFamily(
                "route_events_total", "What routes decided beside credentials.", label: "event",
                samples(LoopCounters.route, RouteCounter.allCases.map(\.text.description))),
        ]
        result.append(
            CounterFamily(
                "tls_handshakes_total", "TLS handshakes by what became of them.", label: "outcome",
                samples(LoopCounters.tls, TLSCounter.allCases.map(\.text.description))))
        result.append(
            CounterFamily(
                "proxy_headers_refused_total", "Connections that ended at the header of the PROXY protocol.",
                label: "flaw", samples(LoopCounters.proxyHeader, ProxyHeaderCounter.allCases.map(\.text.description))))
        let traffic = samples(LoopCounters.traffic, TrafficCounter.allCases.map(\.name))
        for (counter, sample) in zip(TrafficCounter.allCases, traffic) {
            result.append(CounterFamily(counter.name, counter.help, isGauge: counter.isGauge, value: sample.value))
        }
        for (gauge, sample) in zip(LoopGauge.allCases, samples(LoopCounters.gauge, LoopGauge.allCases.map(\.name))) {
            result.append(CounterFamily(gauge.name, gauge.help, isGauge: true, value: sample.value))
        }
        if let audit {
            result.append(
                CounterFamily(
                    "audit_events_total", "Events of sessions and tokens, those included that no line tells of.",
                    label: "event", audit.counts.map { .init(label: $0.name, value: Int64(clamping: $0.count)) }))
        }
        return result + (writer.map { Self.families(of: $0.statistics) } ?? [])
    }

    /// How long everything took that is measured, summed over all loops.
    public func histograms() -> [HistogramFamily] {
        let loops = loops.withLock { $0 }
        func series(_ phase: DurationPhase) -> HistogramFamily.Series {
            let start = LoopCounters.durations.start + Int(phase.rawValue) * (DurationPhase.intervals + 1)
            let sums = (0...DurationPhase.intervals).map { index in
                loops.reduce(UInt64(0)) { $0 &+ $1.value(at: start + index) }
            }
            return .init(
                label: phase.text.description, counts: Array(sums.dropLast()), sum: sums[DurationPhase.intervals])
        }
        return [
            HistogramFamily(
                name: "duration_seconds", help: "How long requests, their phases, the store and loops took.",
                label: "phase", series: DurationPhase.allCases.map(series))
        ]
    }

    private static func families(of statistics: LogStatistics) -> [CounterFamily] {
        func family(_ name: String, _ help: String, _ value: UInt64) -> CounterFamily {
            CounterFamily(name, help, isGauge: false, value: Int64(clamping: value))
        }
        return [
            family("access_lines_dropped_total", "Access lines that were dropped.", statistics.accessDropped),
            family(
                "audit_lines_diverted_total", "Audit lines that went to standard error instead.",
                statistics.auditDiverted),
            family("audit_lines_lost_total", "Audit lines that were lost.", statistics.auditLost),
            family(
                "diagnostic_lines_dropped_total", "Diagnostic lines that were dropped.", statistics.diagnosticsDropped),
            family("log_write_faults_total", "How often writing a log began to fail.", statistics.writeFaults),
            family("log_reopen_faults_total", "How often a log could not be reopened.", statistics.reopenFaults),
        ]
    }

    /// `bareLineFeed` as `bare_line_feed`.
    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            if character.isUppercase { result += "_" }
            result += character.lowercased()
        }
    }
}

extension TrafficCounter {
    /// Whether the number also falls.
    var isGauge: Bool { rawValue <= TrafficCounter.openTunnels.rawValue }

    var name: String {
        switch self {
        case .openConnections: "connections_open"
        case .openUpstreamConnections: "upstream_connections_open"
        case .openTunnels: "tunnels_open"
        case .acceptedConnections: "connections_accepted_total"
        case .retries: "upstream_retries_total"
        case .bytesIn: "request_body_bytes_total"
        case .bytesOut: "response_body_bytes_total"
        }
    }

    var help: String {
        switch self {
        case .openConnections: "Client connections that are open."
        case .openUpstreamConnections: "Upstream connections that are open."
        case .openTunnels: "Tunnels that are open."
        case .acceptedConnections: "Client connections so far."
        case .retries: "Requests sent to another upstream connection because the first one failed."
        case .bytesIn: "Bytes of requests' bodies."
        case .bytesOut: "Bytes of answers' bodies."
        }
    }
}

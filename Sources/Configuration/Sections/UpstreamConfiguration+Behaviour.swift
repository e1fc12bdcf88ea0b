extension UpstreamConfiguration {
    /// Time-outs that stand in `limits:` for all upstreams: the key here, its place and what it may be, in seconds.
    private static let times:
        [(String, any WritableKeyPath<UpstreamConfiguration, Double?> & Sendable, ClosedRange<Double>)] = [
            ("queue_timeout_seconds", \.queueTimeoutSeconds, 0.1...3600),
            ("connect_timeout_seconds", \.connectTimeoutSeconds, 0.1...3600),
            ("first_byte_timeout_seconds", \.firstByteTimeoutSeconds, 0.1...86_400),
            ("idle_timeout_seconds", \.idleTimeoutSeconds, 0.1...86_400),
            ("keep_alive_timeout_seconds", \.keepAliveTimeoutSeconds, 0...86_400),
        ]

    /// Reads all but the endpoints.
    mutating func readBehaviour(_ reader: MappingReader, _ context: ReadingContext) {
        reader.word("balance", into: &balance)
        reader.seconds("resolve_interval_seconds", in: 0...86_400, into: &resolveIntervalSeconds)
        reader.integer("max_idle_connections", in: 0...65_536, into: &maxIdleConnections)
        maxConnections = reader.integer("max_connections", in: 1...65_536)
        queue = reader.integer("queue", in: 0...1_000_000)
        for (key, path, range) in Self.times where reader.has(key) {
            var value = range.lowerBound
            reader.seconds(key, in: range, into: &value)
            self[keyPath: path] = value
        }
        reader.seconds("max_connection_age_seconds", in: 0...604_800, into: &maxConnectionAgeSeconds)
        reader.integer("retry_percent", in: 0...100, into: &retryPercent)
        if let section = reader.section("ejection", context) { ejection.read(section) }
        if let section = reader.section("health_check", context) { healthCheck = HealthCheck(section) }
    }
}

extension UpstreamConfiguration.Ejection {
    /// Reads `ejection:`.
    fileprivate mutating func read(_ reader: MappingReader) {
        reader.integer("failures", in: 0...1000, into: &failures)
        reader.seconds("base_seconds", in: 0.1...3600, into: &baseSeconds)
        reader.seconds("max_seconds", in: 0.1...86_400, into: &maxSeconds)
        reader.integer("max_percent", in: 0...100, into: &maxPercent)
        if maxSeconds < baseSeconds, let node = reader.value("max_seconds") ?? reader.value("base_seconds") {
            reader.problems.report(
                node, "leaves max_seconds below base_seconds: write no less than the \(baseSeconds) seconds of that")
        }
        reader.finish()
    }
}

extension UpstreamConfiguration.HealthCheck {
    /// Reads `health_check:`; nil where it names no usable path.
    fileprivate init?(_ reader: MappingReader) {
        defer { reader.finish() }
        var check = Self(path: "/")
        if let (text, node) = reader.string("path") {
            if text.utf8.first != UInt8(ascii: "/") || !text.utf8.allSatisfy({ 0x21...0x7e ~= $0 && $0 != 0x23 }) {
                reader.problems.report(
                    node, "“\(text)” is no path: write one that begins with “/”, in ASCII and without blanks and “#”")
            }
            check.path = text
        } else if !reader.has("path") {
            reader.reportMissing("path", "is missing: write what is asked for, such as /health")
        }
        if let (text, node) = reader.string("host") {
            if !FieldNameRules.isToken(text.filter { $0 != ":" }) {
                reader.problems.report(node, "“\(text)” is no host: write a name such as app.example.com")
            }
            check.host = text
        }
        reader.seconds("interval_seconds", in: 0.1...86_400, into: &check.intervalSeconds)
        reader.seconds("timeout_seconds", in: 0.1...3600, into: &check.timeoutSeconds)
        reader.integer("unhealthy_after", in: 1...1000, into: &check.unhealthyAfter)
        reader.integer("healthy_after", in: 1...1000, into: &check.healthyAfter)
        self = check
    }
}

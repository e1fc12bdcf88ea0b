extension LimitConfiguration {
    /// A limit that is a number: its key, its place and what it may be.
    private static let numbers: [(String, any WritableKeyPath<LimitConfiguration, Int> & Sendable, ClosedRange<Int>)] =
        [
            ("head_bytes", \.headBytes, 1024...(16 << 20)),
            ("head_fields", \.headFields, 1...4096),
            ("header_line_bytes", \.headerLineBytes, 64...(16 << 20)),
            ("request_target_bytes", \.requestTargetBytes, 16...(16 << 20)),
            ("cookie_bytes", \.cookieBytes, 0...(16 << 20)),
            ("cookie_count", \.cookieCount, 0...10_000),
            ("max_connections", \.maxConnections, 1...10_000_000),
            ("max_connections_per_address", \.maxConnectionsPerAddress, 0...10_000_000),
            ("failed_authentications_per_address", \.failedAuthenticationsPerAddress, 0...1_000_000),
            ("max_requests_per_connection", \.maxRequestsPerConnection, 0...1_000_000_000),
            ("max_upstream_connections", \.maxUpstreamConnections, 1...65_536),
            ("upstream_queue", \.upstreamQueue, 0...1_000_000),
            ("stream_buffer_bytes", \.streamBufferBytes, 4096...(64 << 20)),
            ("memory_bytes", \.memoryBytes, (16 << 20)...(1 << 40)),
            ("tls_max_handshakes", \.tlsMaxHandshakes, 1...1_000_000),
            ("h2_max_concurrent_streams", \.h2MaxConcurrentStreams, 1...65_536),
            ("h2_header_list_bytes", \.h2HeaderListBytes, 1024...(16 << 20)),
            ("h2_stream_window_bytes", \.h2StreamWindowBytes, 16_384...(64 << 20)),
            ("h2_max_resets", \.h2MaxResets, 1...1_000_000),
            ("h2_max_control_frames", \.h2MaxControlFrames, 1...1_000_000),
            ("verified_tokens", \.verifiedTokens, 0...10_000_000),
        ]
    /// A time-out: its key, its place and what it may be, in seconds.
    private static let times:
        [(String, any WritableKeyPath<LimitConfiguration, Double> & Sendable, ClosedRange<Double>)] =
            [
                ("head_timeout_seconds", \.headTimeoutSeconds, 0.1...3600),
                ("body_idle_timeout_seconds", \.bodyIdleTimeoutSeconds, 0.1...86_400),
                ("failed_authentications_interval_seconds", \.failedAuthenticationsIntervalSeconds, 1...86_400),
                ("keep_alive_timeout_seconds", \.keepAliveTimeoutSeconds, 0...86_400),
                ("upstream_queue_timeout_seconds", \.upstreamQueueTimeoutSeconds, 0.1...3600),
                ("upstream_connect_timeout_seconds", \.upstreamConnectTimeoutSeconds, 0.1...3600),
                ("upstream_first_byte_timeout_seconds", \.upstreamFirstByteTimeoutSeconds, 0.1...86_400),
                ("upstream_idle_timeout_seconds", \.upstreamIdleTimeoutSeconds, 0.1...86_400),
                ("upstream_keep_alive_timeout_seconds", \.upstreamKeepAliveTimeoutSeconds, 0...86_400),
                ("tls_handshake_timeout_seconds", \.tlsHandshakeTimeoutSeconds, 0.1...3600),
                ("slow_client_seconds", \.slowClientSeconds, 0.1...86_400),
                ("h2_flood_interval_seconds", \.h2FloodIntervalSeconds, 0.1...3600),
                ("tunnel_idle_timeout_seconds", \.tunnelIdleTimeoutSeconds, 0.1...2_592_000),
            ]

    /// Reads `limits:`.
    mutating func read(_ reader: MappingReader) {
        for (key, path, range) in Self.numbers { reader.integer(key, in: range, into: &self[keyPath: path]) }
        for (key, path, range) in Self.times { reader.seconds(key, in: range, into: &self[keyPath: path]) }
        for (key, value) in [("header_line_bytes", headerLineBytes), ("request_target_bytes", requestTargetBytes)]
        where value > headBytes {
            let changed = reader.has(key) ? key : "head_bytes"
            if let node = reader.value(changed) {
                reader.problems.report(
                    node, "leaves \(key) at \(value), more than the \(headBytes) of head_bytes: write no more than that"
                )
            }
        }
        reader.finish()
    }
}

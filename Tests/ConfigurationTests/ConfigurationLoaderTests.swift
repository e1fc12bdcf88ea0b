import SallyportConfiguration
import Testing
import Tokens

@Suite("Loading a configuration")
struct ConfigurationLoaderTests {
    @Test("The least file that is enough keeps every default")
    func least() throws {
        let loaded = try SampleFile(SampleFile.base).load()
        let value = loaded.configuration
        #expect(loaded.warnings == [])
        #expect(value.workers == nil)
        #expect(value.listeners == [ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))])
        #expect(value.tokens.accessTokenExpireSeconds == 1800)
        #expect(value.tokens.refreshTokenExpireSeconds == 86400)
        #expect(value.tokens.websocketTokenExpireSeconds == 1800)
        #expect(value.tokens.effectiveRefreshAheadSeconds == 60)
        #expect(value.tokens.keys.map(\.algorithm) == ["HS256"])
        #expect(value.tokens.keys.map(\.identifier) == [nil])
        #expect(value.tokens.keys.map(\.secret) == [Array(longSecret.utf8)])
        #expect(value.cookies == CookieConfiguration())
        #expect(value.store.url == "sqlite:/etc/sallyport/state/sallyport.db")
        #expect(value.limits == LimitConfiguration())
        #expect(value.logging == LoggingConfiguration())
        #expect(value.routes.map(\.upstream) == ["shop"])
        #expect(value.routes[0].path == .prefix("/"))
        #expect(value.routes[0].accept == [.access])
    }

    @Test("Each key of the schema reaches its place")
    func whole() throws {
        var file = SampleFile(wholeFile)
        file.environment = ["REDIS_PASSWORD": "p@ss/word", "OLD_KEY": longSecret]
        file.files = ["/etc/sallyport/keys/new.key": .init(bytes: Array("\(longSecret)\n".utf8))]
        let loaded = try file.load()
        let value = loaded.configuration
        #expect(loaded.warnings == [])
        #expect(value.workers == 3)
        #expect(value.drainTimeoutSeconds == 12.5)
        #expect(
            value.listeners.map(\.address) == [
                .tcp(host: "0.0.0.0", port: 8080), .tcp(host: "::1", port: 8081),
                .unix(path: "/etc/sallyport/run/gate.sock"),
            ])
        #expect(value.trustedProxies.map(\.prefixLength) == [104, 32, 128])
        #expect(value.trustedProxies[0].bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 0])
        checkTokens(value.tokens)
        #expect(value.cookies.isSecure == false)
        #expect(value.cookies.sameSite == .strict)
        #expect(value.cookies.access == "gate-access")
        #expect(value.cookies.refresh == "gate-refresh")
        #expect(value.store.url == "redis://gate:p%40ss%2Fword@redis:6379/2")
        #expect(value.store.keyPrefix == "gate:")
        #expect(value.store.requiresNoEviction)
        #expect(value.store.commandTimeoutMilliseconds == 500)
        #expect(value.store.revocationStalenessMaxMilliseconds == 700)
        #expect(value.store.cleanupIntervalSeconds == 30)
        #expect(value.upstreams["shop"]?.endpoints == [.tcp(host: "app", port: 3000), .tcp(host: "::1", port: 3001)])
        #expect(value.upstreams["shop"]?.maxIdleConnections == 8)
        #expect(value.logging.level == "debug")
        #expect(value.logging.format == .json)
        #expect(value.logging.access == .file("/var/log/access.log"))
        #expect(value.logging.audit == .off)
        checkRoutes(value.routes)
    }

    private func checkTokens(_ tokens: TokenConfiguration) {
        #expect(tokens.keys.map(\.identifier) == ["new", "old"])
        #expect(tokens.keys.map(\.algorithm) == ["HS512", "HS256"])
        #expect(tokens.keys.map(\.secret) == [Array(longSecret.utf8), Array(longSecret.utf8)])
        #expect(tokens.issuer == "https://gate.example.com")
        #expect(tokens.audience == "shop")
        #expect(tokens.accessTokenExpireSeconds == 60)
        #expect(tokens.refreshTokenExpireSeconds == 600)
        #expect(tokens.websocketTokenExpireSeconds == 30)
        #expect(tokens.refreshAheadSeconds == 10)
        #expect(tokens.rotationGraceSeconds == 5)
        #expect(tokens.leewaySeconds == 0)
        #expect(tokens.addressBinding == .log)
        #expect(tokens.userAgentBinding == .off)
        #expect(tokens.addressPrefixV4 == 24)
        #expect(tokens.addressPrefixV6 == 64)
    }

    private func checkRoutes(_ routes: [RouteConfiguration]) {
        #expect(routes.map(\.name) == ["assets", "routes[1]"])
        #expect(routes[0].path == .prefix("/assets"))
        #expect(routes[0].authentication == .none)
        #expect(routes[1].host == "shop.example.com")
        #expect(routes[1].path == .exact("/cart"))
        #expect(routes[1].authentication == .optional)
        #expect(routes[1].tokenSources == [.cookie, .websocketProtocol])
        #expect(routes[1].accept == [.access, .websocket])
        #expect(routes[1].mayIssueSessions)
        #expect(routes[1].sessionDelivery == .json)
        #expect(routes[1].loginURL == "/login?next=1")
        #expect(routes[1].identityHeaders.map(\.name) == ["X-User-Id", "X-Country"])
        #expect(routes[1].identityHeaders.map(\.claim) == ["sub", "address.country"])
        #expect(routes[1].forwardsBearerToken)
        #expect(routes[1].staleOKSeconds == 20)
        #expect(routes[1].defaultClientKind == .navigation)
        #expect(routes[1].maxBodyBytes == 1_048_576)
        #expect(routes[1].cors?.allowedOrigins == ["https://app.example.com", "http://localhost:5173"])
    }

    @Test("Each limit reaches its place and takes no number out of its range")
    func limits() throws {
        let text =
            SampleFile.base + """
                limits:
                  head_bytes: 40000
                  head_fields: 41
                  header_line_bytes: 42
                  request_target_bytes: 43
                  cookie_bytes: 44
                  cookie_count: 45
                  max_connections: 46
                  max_connections_per_address: 47
                  max_requests_per_connection: 48
                  max_upstream_connections: 49
                  upstream_queue: 50
                  head_timeout_seconds: 51
                  body_idle_timeout_seconds: 52
                  keep_alive_timeout_seconds: 53
                  upstream_connect_timeout_seconds: 54
                  upstream_first_byte_timeout_seconds: 55
                  upstream_idle_timeout_seconds: 56
                  upstream_keep_alive_timeout_seconds: 57
                  tunnel_idle_timeout_seconds: 0.5
                  stream_buffer_bytes: 5900
                  memory_bytes: 59000000
                  verified_tokens: 60
                  h2_max_concurrent_streams: 61
                  h2_header_list_bytes: 6200
                  h2_stream_window_bytes: 63000
                  h2_max_resets: 64
                  h2_max_control_frames: 65
                  h2_flood_interval_seconds: 6.5
                  slow_client_seconds: 6.6
                """
        let limits = try SampleFile(text.replacing("header_line_bytes: 42", with: "header_line_bytes: 420")).load()
            .configuration.limits
        #expect(limits.headBytes == 40000)
        #expect([limits.headFields, limits.headerLineBytes, limits.requestTargetBytes] == [41, 420, 43])
        #expect([limits.cookieBytes, limits.cookieCount, limits.maxConnections] == [44, 45, 46])
        #expect([limits.maxConnectionsPerAddress, limits.maxRequestsPerConnection] == [47, 48])
        #expect([limits.maxUpstreamConnections, limits.upstreamQueue] == [49, 50])
        #expect(
            [limits.headTimeoutSeconds, limits.bodyIdleTimeoutSeconds, limits.keepAliveTimeoutSeconds] == [51, 52, 53])
        #expect([limits.upstreamConnectTimeoutSeconds, limits.upstreamFirstByteTimeoutSeconds] == [54, 55])
        #expect([limits.upstreamIdleTimeoutSeconds, limits.upstreamKeepAliveTimeoutSeconds] == [56, 57])
        #expect([limits.tunnelIdleTimeoutSeconds] == [0.5])
        #expect([limits.streamBufferBytes, limits.memoryBytes, limits.verifiedTokens] == [5900, 59_000_000, 60])
        #expect(
            [limits.h2MaxConcurrentStreams, limits.h2HeaderListBytes, limits.h2StreamWindowBytes] == [61, 6200, 63000])
        #expect([limits.h2MaxResets, limits.h2MaxControlFrames] == [64, 65])
        #expect([limits.h2FloodIntervalSeconds, limits.slowClientSeconds] == [6.5, 6.6])
        #expect(
            SampleFile(text).problems() == [
                "7:22: limits.header_line_bytes: is 42, which is out of range: write a whole number from 64 to 16777216"
            ])
    }

    @Test("All problems of a file are told at once, in its order")
    func everything() {
        let text = """
            workers: many
            listener: [{address: 127.0.0.1:0}]
            upstreams: {shop: {endpoints: [127.0.0.1:3000]}}
            cookies: {secure: yes}
            cookies: {secure: true}
            routes:
              - upstream: shoop
                login_url: //evil.example
            """
        var file = SampleFile(text)
        file.environment = [:]
        #expect(
            file.problems() == [
                "1:1: listeners: is missing: write a list such as [{address: 127.0.0.1:8080}]",
                "1:1: tokens.secret: needs the environment variable JWT_SECRET_KEY, which is not set: set it, or write {file: PATH}",
                "1:10: workers: is “many”: write auto for one per core, or a whole number from 1 to 1024",
                "2:1: listener: is no known key; did you mean “listeners”?",
                "5:1: cookies: stands twice, here and in line 4: keep one of the two",
                "7:15: routes[0].upstream: “shoop” is no upstream of this file; did you mean “shop”?",
                "8:16: routes[0].login_url: “//evil.example” is no path of this host: write a path that begins with one “/”, such as /login",
            ])
    }

    @Test("A file that is missing, not UTF-8, empty or no YAML is one problem with its place")
    func unreadable() {
        #expect(
            throws: ConfigurationProblems(problems: [
                ConfigurationProblem(
                    file: "/nowhere/s.yaml", line: 1, column: 1, keyPath: "",
                    message: "cannot be read: there is no such file")
            ])
        ) { try ConfigurationLoader.load(path: "/nowhere/s.yaml", environment: [:]) }
        #expect(
            throws: ConfigurationProblems(problems: [
                ConfigurationProblem(
                    file: "/", line: 1, column: 1, keyPath: "", message: "cannot be read: it is not a regular file")
            ])
        ) { try ConfigurationLoader.load(path: "/", environment: [:]) }
        let latin = ConfigurationFiles { _ in .success(.init(bytes: [0x61, 0xe4])) }
        #expect(
            throws: ConfigurationProblems(problems: [
                ConfigurationProblem(
                    file: "s.yaml", line: 1, column: 1, keyPath: "", message: "is not UTF-8: save it in that encoding")
            ])
        ) { try ConfigurationLoader.load(path: "s.yaml", environment: [:], files: latin) }
        for empty in ["", "# nothing\n", "---\n", "~"] {
            #expect(
                SampleFile(empty).problems() == [
                    "1:1: the file is empty: write at least listeners, upstreams and routes"
                ])
        }
        #expect(SampleFile("- a\n").problems().first == "1:1: is a list, and must be a mapping of keys to values")
    }

    @Test(
        "What is no YAML is told with the place where it stops being some",
        arguments: [
            (
                "a: [\nb: 1\n",
                "3:1: is no YAML: did not find expected ',' or ']' (while parsing a flow sequence, begun in line 1)"
            ),
            (
                "a: 1\n\tb: 1\n",
                "2:1: is no YAML: found a tab character that violates indentation (while scanning a plain scalar, begun in line 1)"
            ),
            ("a: *b\n", "1:4: is no YAML: found undefined alias"),
            ("a: 1\n---\nb: 1\n", "2:1: begins a second document: keep one"),
            ("a: &b [1, *b]\n", "1:11: is no YAML: found undefined alias"),
            (
                "é: \"ü\u{7}\"\n",
                "1:6: is no YAML: control characters are not allowed: write printable characters in UTF-8"
            ),
            (
                "a: \u{7}\n",
                "1:4: is no YAML: control characters are not allowed: write printable characters in UTF-8"
            ),
        ])
    func noYAML(_ text: String, _ problem: String) {
        #expect(SampleFile(text).problems() == [problem])
    }

    @Test("A listener that trusted proxies or a folder guard may expect the PROXY protocol")
    func proxyProtocol() throws {
        let rest = SampleFile.base.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
        let trusting = try SampleFile(
            "listeners: [{address: 127.0.0.1:80, proxy_protocol: true}, {address: 127.0.0.1:81}]\n"
                + "trusted_proxies: [10.0.0.0/8]\n" + rest
        ).load()
        #expect(trusting.configuration.listeners.map(\.proxyProtocol) == [true, false])
        let socket = try SampleFile("listeners: [{address: unix:gate.sock, proxy_protocol: true}]\n" + rest).load()
        #expect(socket.configuration.listeners.map(\.proxyProtocol) == [true])
    }

    @Test("Operators do not look where clients are served")
    func admin() throws {
        let rest = SampleFile.base.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
        let file = SampleFile("listeners: [{address: 127.0.0.1:80}]\n" + rest + "admin: {address: 127.0.0.1:80}")
        #expect(
            file.problems() == [
                "4:18: admin.address: is where a listener serves clients, who would see it: choose another port or unix:PATH"
            ])
        let good = SampleFile("listeners: [{address: 127.0.0.1:80}]\n" + rest + "admin: {address: 127.0.0.1:81}")
        #expect(try good.load().configuration.admin?.address == .tcp(host: "127.0.0.1", port: 81))
        #expect(try SampleFile(SampleFile.base).load().configuration.admin == nil)
    }

    @Test("An alias is what its anchor is, and a text that aliases blow up is one problem")
    func aliases() {
        #expect(SampleFile("a: &b {c: 1}\nworkers: *b\n").problems().contains { $0.contains("workers: is a mapping") })
        var text = "a0: &a0 [x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        let problems = SampleFile(text).problems()
        #expect(problems.count == 1)
        #expect(problems.first?.hasSuffix("holds more than 100000 values: repeat fewer by aliases") == true)
    }

    @Test("A hundred thousand brackets are one problem, not a crash")
    func depth() {
        let problems = SampleFile(String(repeating: "[", count: 100_000)).problems()
        #expect(problems == ["1:65: is no YAML: it lies deeper than 64 levels"])
    }
}

/// The schema in full.
private let wholeFile = """
    workers: 3
    drain_timeout_seconds: 12.5
    listeners:
      - address: 0.0.0.0:8080
        protocols: [http/1.1]
        proxy_protocol: false
      - {address: "[::1]:8081"}
      - {address: unix:run/gate.sock}
    trusted_proxies: [10.0.0.0/8, 2001:db8::/32, "::1"]
    issuers: []
    tokens:
      keys:
        - {kid: new, algorithm: HS512, secret: {file: keys/new.key}}
        - {kid: old, secret: {env: OLD_KEY}}
      issuer: https://gate.example.com
      audience: shop
      access_token_expire_seconds: 60
      refresh_token_expire_seconds: 600
      websocket_token_expire_seconds: 30
      refresh_ahead_seconds: 10
      rotation_grace_seconds: 5
      leeway_seconds: 0
      binding: {address: log, address_prefix: {v4: 24, v6: 64}, user_agent: off}
    cookies: {secure: false, same_site: strict, access: gate-access, refresh: gate-refresh}
    store:
      url: redis://gate@redis:6379/2
      password: {env: REDIS_PASSWORD}
      key_prefix: "gate:"
      require_noeviction: true
      command_timeout_ms: 500
      revocation_staleness_max_ms: 700
      cleanup_interval_seconds: 30
    upstreams:
      shop: {endpoints: [app:3000, "[::1]:3001"], max_idle_connections: 8}
    routes:
      - name: assets
        match: {path_prefix: /assets}
        upstream: shop
        authentication: none
      - match: {host: Shop.Example.com, path: /cart}
        upstream: shop
        authentication: optional
        token_sources: [cookie, websocket_protocol]
        accept: [access, websocket]
        may_issue_sessions: true
        session_delivery: json
        login_url: /login?next=1
        identity_headers: {X-User-Id: sub, X-Country: address.country}
        forward_bearer_token: true
        store_failure: stale
        stale_ok_seconds: 20
        default_client: navigation
        max_body_bytes: 1048576
        cors: {allowed_origins: [https://app.example.com, "http://localhost:5173"]}
    logging: {level: debug, format: json, access: /var/log/access.log, audit: off}
    """

import SallyportConfiguration
import SallyportTesting
import Testing

/// Listeners behind a balancer that tells its client by the PROXY protocol; the real HAProxy does so in
/// Tests/Python/test_proxy_protocol.py.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ProxyProtocolTests {
    private static let trusted = AddressRange(
        bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 9], prefixLength: 128)
    private static let line = [UInt8]("PROXY TCP4 198.51.100.7 127.0.0.1 4711 443\r\n".utf8)
    /// 198.51.100.7 too, with an extension.
    private static let binary: [UInt8] =
        [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 16]
        + [198, 51, 100, 7, 127, 0, 0, 1, 0x12, 0x67, 1, 0xbb, 0x04, 0, 1, 0]

    private func run(
        _ change: (inout ProxyConfiguration) -> Void = { _ in }, _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.trustedProxies = [Self.trusted]
                configuration.listeners[0].proxyProtocol = true
                change(&configuration)
            }, body)
    }

    /// A connection that begins with a header.
    private func client(_ proxy: ProxyFixture, _ header: [UInt8], from source: String = "127.0.0.9") throws -> RawClient
    {
        let client = try proxy.client(from: source)
        try client.send(header)
        return client
    }

    @Test("The header's client is the client, to the application, to the logs and to what tokens are bound to")
    func told() async throws {
        try await run { proxy in
            var jar = CookieJar()
            let login = try client(proxy, Self.line).exchange("POST", "/login", [], body: #"{"sub":"alice"}"#)
            #expect(login.status == 200)
            jar.take(login, now: proxy.clock.now)
            let cookies = [("Cookie", try #require(jar.header(now: proxy.clock.now)))]
            for header in [Self.line, Self.binary] {
                // A field of a client that is not trusted counts for nothing, however trusted the balancer is.
                let answer = try client(proxy, header).exchange("GET", "/", cookies + [("X-Forwarded-For", "10.0.0.1")])
                #expect(answer.status == 200)
                #expect(proxy.requests.last?.fields.all("x-forwarded-for") == ["198.51.100.7"])
                #expect(proxy.requests.last?.header("forwarded")?.hasPrefix("for=198.51.100.7;") == true)
            }
            let other = [UInt8]("PROXY TCP4 198.51.100.8 127.0.0.1 4711 443\r\n".utf8)
            expectRefusal(try self.client(proxy, other).exchange("GET", "/", cookies), "binding_mismatch")
            let mapped = [UInt8]("PROXY TCP6 ::ffff:198.51.100.7 ::1 4711 443\r\n".utf8)
            let status = try self.client(proxy, mapped).exchange("GET", "/", cookies).status
            #expect(status == 200)
            #expect(waitUntil { proxy.accessLog.contains(#""client_address":"198.51.100.8""#) })
        }
    }

    @Test("The header may come in any two parts, with the request or before it")
    func split() async throws {
        try await run { proxy in
            let request = MessageText.request("GET", "/public", [], body: nil)
            for header in [Self.line, Self.binary] {
                for cut in 1...header.count {
                    let client = try self.client(proxy, Array(header[..<cut]))
                    // The first part is read by itself, now and then; the order of events is the kernel's.
                    if cut % 8 == 0 { Self.giveWay() }
                    try client.send(Array(header[cut...]) + request)
                    #expect(try client.response().status == 200, "cut at \(cut)")
                }
            }
        }
    }

    private static func giveWay() {
        let start = ContinuousClock.now
        _ = waitUntil { ContinuousClock.now - start > .milliseconds(5) }
    }

    @Test("A balancer that speaks for itself, or knows nothing, is the client itself")
    func local() async throws {
        try await run { proxy in
            let local = Array(Self.binary[..<12]) + [0x20, 0x00, 0, 0]
            for header in [local, [UInt8]("PROXY UNKNOWN\r\n".utf8)] {
                let status = try self.client(proxy, header).exchange("GET", "/public").status
                #expect(status == 200)
                #expect(proxy.requests.last?.fields.all("x-forwarded-for") == ["127.0.0.9"])
            }
        }
    }

    @Test(
        "What is no header is closed without an answer and counted",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "not_present"), ("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "malformed"),
            ("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", "unsupported"),
            ("PROXY " + String(repeating: "x", count: 200), "too_long"),
        ])
    func refused(_ text: String, _ flaw: String) async throws {
        try await run { proxy in
            let isClosed = try self.client(proxy, [UInt8](text.utf8)).isClosedByPeer()
            #expect(isClosed)
            #expect(count(proxy, flaw) == 1)
            #expect(proxy.requests.isEmpty)
        }
    }

    private func count(_ proxy: ProxyFixture, _ flaw: String) -> Int64? {
        let family = proxy.server.server.counters.families().first { $0.name == "proxy_headers_refused_total" }
        return family?.samples.first { $0.label == flaw }?.value
    }

    @Test("Only trusted proxies may name a client")
    func untrusted() async throws {
        try await run { proxy in
            let isClosed = try self.client(proxy, Self.line, from: "127.0.0.1").isClosedByPeer()
            #expect(isClosed)
            #expect(count(proxy, "untrusted") == 1)
        }
    }

    @Test(
        "A header that does not come in time, or not whole, ends the connection; one that sends nothing is no mistake")
    func late() async throws {
        try await run({ $0.limits.headTimeoutSeconds = 0.1 }) { proxy in
            let isClosed = try self.client(proxy, Array(Self.line[..<20])).isClosedByPeer()
            #expect(isClosed)
            #expect(count(proxy, "timeout") == 1)
            let half = try client(proxy, Array(Self.binary[..<20]))
            half.finishSending()
            #expect(half.isClosedByPeer())
            #expect(count(proxy, "cut_off") == 1)
            let silent = try client(proxy, [])
            silent.finishSending()
            #expect(silent.isClosedByPeer())
            #expect(count(proxy, "cut_off") == 1 && count(proxy, "timeout") == 1)
        }
    }

    @Test("The limit of connections of an address counts the header's clients")
    func limit() async throws {
        try await run({ $0.limits.maxConnectionsPerAddress = 2 }) { proxy in
            let first = try client(proxy, Self.line)
            #expect(try first.exchange("GET", "/public").status == 200)
            let second = try client(proxy, Self.binary)
            #expect(try second.exchange("GET", "/public").status == 200)
            let surplus = try self.client(proxy, Self.line).response().status
            #expect(surplus == 429)
            let other = [UInt8]("PROXY TCP4 198.51.100.8 127.0.0.1 4711 443\r\n".utf8)
            let status = try self.client(proxy, other).exchange("GET", "/public").status
            #expect(status == 200)
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test("HTTP/2 follows the header too")
    func http2() async throws {
        try await run({ $0.listeners[0].protocols = .init(http1: true, http2: true) }) { proxy in
            let client = try self.client(proxy, Self.binary)
            // The client's preface and an empty SETTINGS frame; the server's SETTINGS frame comes first of all.
            try client.send([UInt8]("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
            #expect(try client.reader.bytes(4)[3] == 4)
            let status = try self.client(proxy, Self.line).exchange("GET", "/public").status
            #expect(status == 200)
        }
    }

    @Test("Behind a Unix socket, those may name a client whom its folder lets in")
    func unixSocket() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        try await run({ configuration in
            configuration.trustedProxies = []
            configuration.listeners = [
                ListenerConfiguration(address: .unix(path: folder.path + "/gate"), proxyProtocol: true)
            ]
        }) { proxy in
            let client = try proxy.client()
            try client.send(Self.line)
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(proxy.requests.last?.fields.all("x-forwarded-for") == ["198.51.100.7"])
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Synchronization
import Testing
import Tokens

/// Keys of issuers that are fetched: before they are needed, as seldom as possible, and never more than a set of keys has.
/// Rows 22 and 25 of the list of attacks.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct KeyServerTests {
    /// What a key server answers now; safe to share.
    private final class Keys: Sendable {
        private let value = Mutex(OriginAnswer.response(404))
        var answer: OriginAnswer {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
        func publish(_ set: String, _ fields: [(String, String)] = []) {
            answer = .response(200, fields, body: set, .close)
        }
    }

    /// Runs a proxy whose issuer's keys lie at a server; the body gets both.
    private static func run(
        _ issuer: SignedIssuer, _ keys: Keys, path: String = "/jwks", discovers: Bool = false,
        _ change: (inout IssuerConfiguration.RemoteKeys) -> Void = { _ in },
        _ body: (ProxyFixture, TestOrigin) async throws -> Void
    ) async throws {
        let server = try TestOrigin { _ in keys.answer }
        defer { server.stop() }
        let url = try KeyServerURL("http://\(Self.authority(of: server))\(path)")
        var remote = IssuerConfiguration.RemoteKeys(discovers ? .discovery(url) : .keySet(url))
        change(&remote)
        let entry = IssuerConfiguration(issuer: issuer.name, audiences: ["api://shop"], keys: .remote(remote))
        try await ProxyFixture.run(
            configure: {
                $0.issuers = [entry]
                // All strangers here have one address, which would have to wait before it is their keys' turn.
                $0.limits.failedAuthenticationsPerAddress = 0
            }
        ) { proxy in try await body(proxy, server) }
    }

    private static func authority(of server: TestOrigin) -> String {
        guard case .tcp(let host, let port) = server.address else { return "" }
        return "\(host):\(port)"
    }

    private static func get(_ proxy: ProxyFixture, _ token: String) throws -> RawResponse {
        try proxy.client().exchange("GET", "/", [("Authorization", "Bearer \(token)")])
    }

    /// Waits until the keys are there, without asking for them.
    private static func waitForKeys(_ proxy: ProxyFixture) throws {
        #expect(
            try waitUntil { try !proxy.client().exchange("GET", "/.sallyport/health/ready").text.contains("without") })
    }

    @Test("Keys are fetched at the start, before any token comes, and not again for each token")
    func start() async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        keys.publish(issuer.keySet())
        try await Self.run(issuer, keys) { proxy, server in
            try Self.waitForKeys(proxy)
            for number in 0..<20 {
                let token = try issuer.token(now: proxy.clock.now) { $0["jti"] = .string("t\(number)") }
                #expect(try Self.get(proxy, token).status == 200)
            }
            #expect(server.requests.count == 1)
            #expect(server.requests.first?.target == "/jwks")
            #expect(server.violations == [])
        }
    }

    @Test("While the keys never came, a token is 503 with Retry-After and no cookie is lost; when they come it is good")
    func late() async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        try await Self.run(issuer, keys) { proxy, server in
            #expect(server.waitForRequests(1))
            let token = try issuer.token(now: proxy.clock.now)
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/", [("Authorization", "Bearer \(token)")])
            expectRefusal(answer, "issuer_unavailable", status: 503)
            #expect(answer.header("retry-after") != nil && answer.setCookies.isEmpty)
            let ready = try proxy.client().exchange("GET", "/.sallyport/health/ready")
            #expect(ready.status == 200 && ready.text.contains(issuer.name))
            #expect(try alice.request("GET", "/").status == 200, "everybody else is served")
            keys.publish(issuer.keySet())
            #expect(try waitUntil { try Self.get(proxy, token).status == 200 })
        }
    }

    @Test("A key that appears at the issuer is found by the first token that it signed, once for all who wait")
    func rotation() async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        let next = try SignedIssuer(keyIdentifier: "k2")
        keys.publish(issuer.keySet())
        try await Self.run(issuer, keys) { proxy, server in
            try Self.waitForKeys(proxy)
            keys.publish(issuer.keySet(with: [next]))
            let tokens = try (0..<8).map { number in
                try next.token(now: proxy.clock.now) { $0["jti"] = .string("n\(number)") }
            }
            let clients = try tokens.map { _ in try proxy.client() }
            for (client, token) in zip(clients, tokens) {
                try client.send(MessageText.request("GET", "/", [("Authorization", "Bearer \(token)")]))
            }
            for client in clients { #expect(try client.response().status == 200) }
            #expect(server.requests.count == 2)
        }
    }

    @Test(
        "lua-resty-openidc#468: A storm of unknown keys makes one fetch in an interval, and good tokens are served all the while"
    )
    func storm() async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        keys.publish(issuer.keySet())
        try await Self.run(issuer, keys) { proxy, server in
            try Self.waitForKeys(proxy)
            let good = try issuer.token(now: proxy.clock.now)
            for number in 0..<200 {
                let token = try issuer.token(
                    issuer.claims(now: proxy.clock.now), header: ["kid": .string("x\(number)")])
                expectRefusal(try Self.get(proxy, token), "token_key_unknown")
            }
            #expect(try Self.get(proxy, good).status == 200)
            #expect(server.requests.count == 2)
        }
    }

    @Test("Keys rotate under load and a storm of strangers: no verdict is wrong, and an interval has one fetch")
    func rotationUnderLoad() async throws {
        let keys = Keys()
        var issuer = try SignedIssuer(keyIdentifier: "k0")
        keys.publish(issuer.keySet())
        let interval = 0.3
        let begin = ContinuousClock.now
        try await Self.run(issuer, keys, { $0.unknownKeyIntervalSeconds = interval }) { proxy, server in
            try Self.waitForKeys(proxy)
            /// Tokens of a key, each another one.
            func tokens(_ issuer: SignedIssuer) throws -> [String] {
                try (0..<20).map { number in
                    try issuer.token(now: proxy.clock.now) { $0["jti"] = .string("\(issuer.keyIdentifier)-\(number)") }
                }
            }
            /// Publishes a set, and waits until it was fetched: of three fetches that begin, the second one has ended.
            func publish(_ set: String) {
                keys.publish(set)
                #expect(server.waitForRequests(server.requests.count + 3), "strangers have keys fetched")
            }
            let traffic = IssuerTraffic(proxy.address, clients: 4, issuer: issuer, now: proxy.clock.now)
            var current = try tokens(issuer)
            traffic.take(current)
            for number in 1...4 {
                let next = try SignedIssuer(keyIdentifier: "k\(number)")
                // As issuers do it: a key is published before it signs, and stays until its last token is over.
                publish(issuer.keySet(with: [next]))
                let successors = try tokens(next)
                traffic.take(successors)
                let before = traffic.goodAnswers
                #expect(waitUntil { traffic.goodAnswers >= before + 100 })
                #expect(traffic.forget(current))
                publish(next.keySet())
                traffic.refuse(current, "token_key_unknown")
                (issuer, current) = (next, successors)
            }
            let before = traffic.goodAnswers
            #expect(waitUntil { traffic.goodAnswers >= before + 100 })
            #expect(traffic.stop())
            #expect(traffic.violations == [])
            let elapsed = (ContinuousClock.now - begin) / .seconds(1)
            #expect(Double(server.requests.count) <= elapsed / (interval - 0.01) + 2)
            #expect(server.violations == [])
        }
    }

    @Test("A key that is gone from the set takes warm tokens with it")
    func withdrawal() async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        let next = try SignedIssuer(keyIdentifier: "k2")
        keys.publish(issuer.keySet(), [("Cache-Control", "max-age=1")])
        try await Self.run(issuer, keys, { $0.refreshMinSeconds = 1 }) { proxy, _ in
            try Self.waitForKeys(proxy)
            let token = try issuer.token(now: proxy.clock.now)
            #expect(try Self.get(proxy, token).status == 200)
            keys.publish(next.keySet(), [("Cache-Control", "public, max-age=1")])
            #expect(try waitUntil { try Self.get(proxy, token).code == "token_key_unknown" })
            #expect(try Self.get(proxy, next.token(now: proxy.clock.now)).status == 200)
        }
    }

    /// Answers of key servers that give no keys.
    static let bad: [(String, OriginAnswer)] = [
        ("500", .response(500, body: "no", .close)),
        ("a redirect", .response(302, [("Location", "/keys")], .close)),
        ("no JSON", .response(200, body: "<html>", .close)),
        ("no keys", .response(200, body: #"{"keys":[]}"#, .close)),
        ("nothing", .raw("", .close)),
        ("no HTTP", .raw("SSH-2.0-OpenSSH\r\n", .close)),
        ("half an answer", .raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", .close)),
        ("a coding", .response(200, [("Content-Encoding", "gzip")], body: "x", .close)),
        ("silence", .never),
        ("a length of a gibibyte", .raw("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{", .silence)),
        (
            "a body of a mebibyte until the end",
            .raw("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: " ", count: 1 << 20), .silence)
        ),
        (
            "chunks without end",
            .raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "1000\r\n" + String(repeating: " ", count: 4096) + "\r\n", count: 80), .silence)
        ),
        ("a head without end", .raw("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 9000), .silence)),
        (
            "a head of few long fields without end",
            .raw(
                "HTTP/1.1 200 OK\r\n"
                    + String(repeating: "A: " + String(repeating: "b", count: 1000) + "\r\n", count: 90), .silence)
        ),
        ("a field without end", .raw("HTTP/1.1 200 OK\r\nA: " + String(repeating: "b", count: 1 << 20), .silence)),
    ]

    @Test(
        "Rows 22 and 25: a key server that fails, lies or never ends costs a fetch, and the keys that are known stay",
        arguments: bad.indices)
    func failures(_ row: Int) async throws {
        let (issuer, keys) = (try SignedIssuer(), Keys())
        keys.publish(issuer.keySet())
        // Only silence is left to the time limit: what is too large has to be given up long before it.
        let timeout = Self.bad[row].0 == "silence" ? 0.5 : 60
        try await Self.run(issuer, keys, { $0.timeoutSeconds = timeout }) { proxy, server in
            try Self.waitForKeys(proxy)
            keys.answer = Self.bad[row].1
            let stranger = try issuer.token(issuer.claims(now: proxy.clock.now), header: ["kid": "k9"])
            // Several wait for the fetch, and some of them go.
            let clients = try (0..<6).map { _ in try proxy.client() }
            for client in clients {
                try client.send(MessageText.request("GET", "/", [("Authorization", "Bearer \(stranger)")]))
            }
            for client in clients.prefix(3) { client.close() }
            for client in clients.dropFirst(3) {
                expectRefusal(try client.response(), "issuer_unavailable", status: 503)
            }
            #expect(try Self.get(proxy, issuer.token(now: proxy.clock.now)).status == 200, "\(Self.bad[row].0)")
            #expect(server.requests.allSatisfy { $0.target == "/jwks" }, "nobody follows a redirect")
        }
    }

    @Test("Discovery leads to the keys where the document names the issuer exactly, and nowhere otherwise")
    func discovery() async throws {
        let issuer = try SignedIssuer()
        let address = Mutex("")
        let name = Mutex(issuer.name + "/")
        let server = try TestOrigin { request in
            if request.target == "/keys" { return .response(200, body: issuer.keySet(), .close) }
            let (host, name) = (address.withLock { $0 }, name.withLock { $0 })
            return .response(200, body: #"{"issuer":"\#(name)","jwks_uri":"http://\#(host)/keys"}"#, .close)
        }
        defer { server.stop() }
        address.withLock { $0 = Self.authority(of: server) }
        let url = try KeyServerURL.discovery(of: "http://\(Self.authority(of: server))/")
        let entry = IssuerConfiguration(
            issuer: issuer.name, audiences: ["api://shop"], keys: .remote(.init(.discovery(url))))
        try await ProxyFixture.run(configure: { $0.issuers = [entry] }) { proxy in
            #expect(server.waitForRequests(1))
            let token = try issuer.token(now: proxy.clock.now)
            expectRefusal(try Self.get(proxy, token), "issuer_unavailable", status: 503)
            name.withLock { $0 = issuer.name }
            #expect(try waitUntil { try Self.get(proxy, token).status == 200 })
            #expect(server.requests.first?.target == "/.well-known/openid-configuration")
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Testing

/// DESIGN.md §6: every resource has a limit, and past it the right status.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct LimitTests {
    @Test("Heads are limited as a whole, by fields, by line, by target, by cookies; just below, they pass")
    func heads() async throws {
        try await ProxyFixture.run { proxy throws in
            func status(_ target: String, _ fields: [(String, String)]) throws -> Int {
                let client = try proxy.client()
                try client.send(MessageText.request("GET", target, fields))
                return try client.response().status
            }
            func letters(_ count: Int) -> String { String(repeating: "x", count: count) }
            #expect(try status("/public/" + letters(8 * 1024), []) == 414)
            #expect(try status("/public/" + letters(8 * 1024 - 200), []) == 200)
            #expect(try status("/public", [("X-Long", letters(16 * 1024))]) == 431)
            #expect(try status("/public", [("X-Long", letters(16 * 1024 - 100))]) == 200)
            #expect(try status("/public", (0..<100).map { ("X-\($0)", "1") }) == 431)
            #expect(try status("/public", (0..<95).map { ("X-\($0)", "1") }) == 200)
            #expect(try status("/public", (0..<4).map { ("X-\($0)", letters(9 * 1024)) }) == 431)
            #expect(try status("/public", (0..<3).map { ("X-\($0)", letters(9 * 1024)) }) == 200)
            #expect(try status("/public", [("Cookie", (0..<101).map { "c\($0)=1" }.joined(separator: "; "))]) == 431)
            #expect(try status("/public", [("Cookie", (0..<99).map { "c\($0)=1" }.joined(separator: "; "))]) == 200)
        }
    }

    @Test("A head that never ends is refused when its limit is reached, without waiting for the end")
    func endlessHead() async throws {
        try await ProxyFixture.run { proxy in
            for start in ["GET /public HTTP/1.1\r\nX: ", "GET /", "G"] {
                let client = try proxy.client()
                do { try client.send(start + String(repeating: "x", count: 70_000)) } catch {
                    #expect(error as? SocketFailure == .reset)
                }
                do {
                    #expect([400, 414, 431, 501].contains(try client.response().status))
                } catch {
                    #expect(error as? SocketFailure == .reset)
                }
            }
            #expect(try proxy.client().exchange("GET", "/public").status == 200)
        }
    }

    @Test("A body that is larger than its route allows is 413, told by its length or found by counting")
    func body() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(ProxyFixture.route("/public/small", .none) { $0.maxBodyBytes = 1000 })
        }) { proxy in
            func letters(_ count: Int) -> String { String(repeating: "x", count: count) }
            #expect(try proxy.client().exchange("POST", "/public/small", [], body: letters(1000)).status == 200)
            let told = try proxy.client()
            try told.send(MessageText.request("POST", "/public/small", [("Content-Length", "1001")]))
            #expect(try told.response().status == 413)
            for (count, status) in [(10, 200), (11, 413)] {
                let counted = try proxy.client()
                try counted.send(MessageText.request("POST", "/public/small", [("Transfer-Encoding", "chunked")]))
                try counted.send(MessageText.chunked((0..<count).map { _ in letters(100) }))
                #expect(try counted.response().status == status)
            }
            #expect(proxy.requests.allSatisfy { $0.body.count <= 1000 })
        }
    }

    @Test("Requests on a connection are limited: the last answer says close")
    func requestsPerConnection() async throws {
        try await ProxyFixture.run(configure: { $0.limits.maxRequestsPerConnection = 3 }) { proxy in
            let client = try proxy.client()
            for index in 1...3 {
                let answer = try client.exchange("GET", "/public")
                #expect(answer.status == 200)
                #expect(answer.fields.elements("connection").contains("close") == (index == 3))
            }
            #expect(client.isClosedByPeer())
        }
    }

    @Test("Connections of one address are limited: past it 429 and the end; others are served")
    func perAddress() async throws {
        try await ProxyFixture.run(configure: { $0.limits.maxConnectionsPerAddress = 3 }) { proxy in
            var kept = try (0..<3).map { _ in try proxy.client(from: "127.0.0.5") }
            for client in kept { #expect(try client.exchange("GET", "/public").status == 200) }
            let fourth = try proxy.client(from: "127.0.0.5")
            // The refusal needs no request: the answer may stand before one is sent.
            do {
                try fourth.send(MessageText.request("GET", "/public"))
                #expect(try fourth.response().status == 429)
            } catch {
                #expect(error as? SocketFailure == .reset, "\(error)")
            }
            #expect(try proxy.client(from: "127.0.0.6").exchange("GET", "/public").status == 200)
            kept.removeLast().close()
            #expect(
                waitUntil {
                    (try? proxy.client(from: "127.0.0.5").exchange("GET", "/public").status) == 200
                })
        }
    }

    @Test("Past the limit of connections in all, accepting pauses, and goes on when one ends")
    func connections() async throws {
        try await ProxyFixture.run(configure: { $0.limits.maxConnections = 3 }) { proxy in
            let kept = try (0..<3).map { _ in try proxy.client() }
            for client in kept { #expect(try client.exchange("GET", "/public").status == 200) }
            let fourth = try proxy.client()
            try fourth.send(MessageText.request("GET", "/public"))
            #expect(fourth.isQuiet(for: .milliseconds(150)))
            #expect(try kept[0].exchange("GET", "/public").status == 200)
            kept[1].close()
            #expect(try fourth.response().status == 200)
        }
    }

    @Test("Requests wait for one of few connections to the application; past the queue it is 503 with Retry-After")
    func queue() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.limits.maxUpstreamConnections = 2
                configuration.limits.upstreamQueue = 2
            },
            origin: { exchange in
                try gate.wait()
                try exchange.perform(.echo(exchange.request))
            },
            { proxy in
                let clients = try (0..<4).map { _ in try proxy.client() }
                for client in clients { try client.send(MessageText.request("GET", "/public")) }
                #expect(waitUntil { proxy.requests.count == 2 })
                let refused = try proxy.client()
                // The two that wait may not have been read yet: ask until one finds the queue full.
                #expect(
                    try waitUntil {
                        let extra = try proxy.client(patience: .milliseconds(200))
                        try extra.send(MessageText.request("GET", "/public"))
                        return (try? extra.response().status) == 503
                    })
                _ = refused
                gate.open()
                for client in clients { #expect(try client.response().status == 200) }
                #expect(proxy.origin.connectionCount <= 2)
            })
    }

    @Test("Connections that were turned away do not make room beyond the limit in all")
    func turnedAway() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.limits.maxConnections = 6
            configuration.limits.maxConnectionsPerAddress = 2
        }) { proxy throws in
            func held(_ source: String, _ count: Int) throws -> [RawClient] {
                try (0..<count).map { _ in try proxy.client(from: source) }
            }
            let first = try held("127.0.0.2", 2)
            for client in first { #expect(try client.exchange("GET", "/public").status == 200) }
            for _ in 0..<12 { #expect(try proxy.client(from: "127.0.0.2").response().status == 429) }
            let counters = proxy.server.server.counters
            func openConnections() -> Int64? {
                counters.families().first { $0.name == "connections_open" }?.samples.first?.value
            }
            #expect(waitUntil { openConnections() == 2 })
            let more = try held("127.0.0.3", 2) + held("127.0.0.4", 2)
            for client in more { #expect(try client.exchange("GET", "/public").status == 200) }
            let seventh = try proxy.client(from: "127.0.0.5")
            try seventh.send(MessageText.request("GET", "/public"))
            #expect(seventh.isQuiet(for: .milliseconds(300)), "it waits in the kernel's queue")
            first[0].close()
            #expect(try seventh.response().status == 200)
            for client in first + more { client.close() }
        }
    }
}

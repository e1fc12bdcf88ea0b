import SallyportConfiguration
import SallyportTesting
import Testing

/// DESIGN.md §6: every wait has its end, with its status.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct TimeoutTests {
    @Test("A head that does not come to its end is 408, drips or not; a client that sent nothing is just closed")
    func head() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.limits.headTimeoutSeconds = 0.4
            configuration.limits.keepAliveTimeoutSeconds = 0.4
        }) { proxy in
            let half = try proxy.client()
            try half.send("GET /public HTTP/1.1\r\nHost: a\r\n")
            #expect(try half.response().status == 408)
            #expect(half.isClosedByPeer())
            let drip = try proxy.client()
            let started = ContinuousClock.now
            var status: Int?
            while status == nil, ContinuousClock.now - started < .seconds(10) {
                do {
                    try drip.send("X")
                    if try drip.socket.receiveSome() != nil { status = 408 }
                } catch { status = 408 }
                _ = waitUntil(Deadline(in: .milliseconds(20))) { false }
            }
            #expect(status == 408, "a drip does not extend the time")
            let silent = try proxy.client()
            #expect(silent.isClosedByPeer(), "without a byte there is nothing to answer")
        }
    }

    @Test("A kept connection without a next request is closed, silently")
    func keepAlive() async throws {
        try await ProxyFixture.run(configure: { $0.limits.keepAliveTimeoutSeconds = 0.3 }) { proxy in
            let client = try proxy.client()
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(client.isClosedByPeer())
        }
    }

    @Test("A request body that stops is 408; one that moves slowly is not")
    func body() async throws {
        try await ProxyFixture.run(configure: { $0.limits.bodyIdleTimeoutSeconds = 0.5 }) { proxy in
            let stopped = try proxy.client()
            try stopped.send(MessageText.request("POST", "/public", [("Content-Length", "10")]) + Array("half".utf8))
            #expect(try stopped.response().status == 408)
            #expect(stopped.isClosedByPeer())
            #expect(waitUntil { proxy.origin.openConnectionCount == 0 }, "the application is not kept waiting")
            let slow = try proxy.client()
            try slow.send(MessageText.request("POST", "/public", [("Content-Length", "8")]))
            for _ in 0..<8 {
                #expect(slow.isQuiet(for: .milliseconds(120)))
                try slow.send("x")
            }
            #expect(try slow.response().status == 200)
        }
    }

    @Test("An application that does not begin its answer is 504, and its connection is not used again")
    func firstByte() async throws {
        try await ProxyFixture.run(
            configure: { $0.limits.upstreamFirstByteTimeoutSeconds = 1 },
            origin: { exchange in
                try exchange.perform(exchange.request.target == "/public/hang" ? .never : .echo(exchange.request))
            },
            { proxy in
                let client = try proxy.client()
                let answer = try client.exchange("GET", "/public/hang")
                #expect(answer.status == 504, "\(answer)")
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
                let next = try proxy.client().exchange("GET", "/public")
                #expect(next.status == 200, "\(next)")
            })
    }

    @Test("An answer that stops in its body is broken off for the client")
    func upstreamIdle() async throws {
        try await ProxyFixture.run(
            configure: { $0.limits.upstreamIdleTimeoutSeconds = 0.3 },
            origin: { exchange in
                try exchange.perform(
                    OriginAnswer([Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8)], ending: .silence))
            },
            { proxy in
                let client = try proxy.client()
                try client.send(MessageText.request("GET", "/public"))
                #expect(try client.reader.responseHead().status == 200)
                #expect(throws: SocketFailure.self) { try client.reader.bytes(10) }
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
            })
    }

    @Test("An application that cannot be connected to in time is 503 or 504")
    func connect() async throws {
        // A listener whose queue is full answers no further connection at all.
        let deaf = try ListeningSocket(backlog: 0)
        let fillers = (0..<4).compactMap { _ in
            try? Socket.connect(to: deaf.address, deadline: Deadline(in: .milliseconds(200)))
        }
        defer { for filler in fillers { filler.close() } }
        try await ProxyFixture.run(configure: { configuration in
            configuration.limits.upstreamConnectTimeoutSeconds = 0.3
            configuration.upstreams["shop"]?.endpoints = [.tcp(host: "127.0.0.1", port: deaf.address.port)]
        }) { proxy in
            let answer = try proxy.client().exchange("GET", "/public")
            #expect(answer.status == 503 || answer.status == 504, "\(answer)")
        }
    }

    @Test("A client that stops reading an answer is given up")
    func slowReader() async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.limits.bodyIdleTimeoutSeconds = 0.5
                configuration.limits.upstreamIdleTimeoutSeconds = 0.5
            },
            origin: { exchange in
                let total = 64 << 20
                try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
                let feeder = Feeder(exchange.reader.socket, total: total)
                _ = waitUntil { feeder.hasFinished }
            },
            { proxy in
                let client = try proxy.client(receiveBuffer: 8192)
                try client.send(MessageText.request("GET", "/public"))
                #expect(waitUntil { proxy.origin.connectionCount == 1 })
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 }, "the exchange is over without the client")
                _ = client
            })
    }
}

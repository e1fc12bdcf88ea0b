import SallyportTesting
import Testing

/// RFC 9110 §9.2.2 and RFC 9112 §9.3.1: a reused connection that turns out dead is one retry on a fresh one, where the
/// request can be repeated.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RetryTests {
    /// An application that serves one request on each connection, and closes on the second without a word.
    private func run(_ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.position > 0 { return exchange.ending = .close }
                try exchange.perform(.echo(try exchange.readBody()))
            }, body)
    }

    @Test(
        "An idempotent request is repeated once on a fresh connection, with its cookies for the client",
        arguments: ["GET", "HEAD", "OPTIONS", "DELETE", "PUT"])
    func idempotent(method: String) async throws {
        try await run { proxy in
            let client = try proxy.client()
            #expect(try client.exchange("GET", "/public/first").status == 200)
            try client.send(MessageText.request(method, "/public/second"))
            let answer = try client.response(to: method)
            #expect(answer.status == 200, "\(answer)")
            #expect(proxy.requests.map { $0.target } == ["/public/first", "/public/second", "/public/second"])
            #expect(proxy.requests.map { $0.connection } == [0, 0, 1])
        }
    }

    @Test(
        "A POST that the application may have seen is not repeated, with a body or without: 502", arguments: ["x", ""])
    func post(body: String) async throws {
        try await run { proxy in
            let client = try proxy.client()
            #expect(try client.exchange("GET", "/public/first").status == 200)
            let answer = try client.exchange("POST", "/public/second", [], body: body)
            #expect(answer.status == 502, "\(answer)")
            #expect(proxy.requests.count { $0.method == "POST" } == 1)
            #expect(try client.exchange("GET", "/public/third").status == 200)
        }
    }

    @Test("A pooled connection that the application closed meanwhile is not used for a POST")
    func closedMeanwhile() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.perform(.echo(try exchange.readBody()))
                exchange.reader.socket.finishSending()
                // The end comes back when the proxy has noticed ours.
                _ = try exchange.reader.rest()
                exchange.ending = .close
            },
            { proxy in
                let client = try proxy.client()
                for index in 0..<5 {
                    #expect(try client.exchange("POST", "/public/\(index)", [], body: "x").status == 200)
                    #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
                }
                #expect(proxy.requests.count == 5)
            })
    }

    @Test("A fresh connection that dies is not retried: 502, after one attempt")
    func freshConnection() async throws {
        try await ProxyFixture.run(
            origin: { $0.ending = .reset },
            { proxy throws in
                #expect(try proxy.client().exchange("GET", "/public").status == 502)
                #expect(proxy.requests.count == 1)
            })
    }

    @Test("A reused connection that dies within the answer is not retried: what was begun cannot be taken back")
    func withinAnswer() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.position == 0 { return try exchange.perform(.echo(exchange.request)) }
                try exchange.perform(.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .reset))
            },
            { proxy in
                let client = try proxy.client()
                #expect(try client.exchange("GET", "/public/first").status == 200)
                try client.send(MessageText.request("GET", "/public/second"))
                #expect(throws: SocketFailure.self) { try client.response() }
                #expect(proxy.requests.count == 2)
            })
    }
}

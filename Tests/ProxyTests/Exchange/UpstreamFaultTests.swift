import SallyportConfiguration
import SallyportTesting
import Testing

/// DESIGN.md §6: what a client gets when the application fails. The error says nothing of the inside.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct UpstreamFaultTests {
    @Test("An application that nobody listens for is 502 or 503, at once")
    func refused() async throws {
        let port = try DeadPort()
        try await ProxyFixture.run(configure: { configuration in
            configuration.upstreams["shop"]?.endpoints = [.tcp(host: "127.0.0.1", port: port.number)]
        }) { proxy in
            for _ in 0..<3 {
                let answer = try proxy.client().exchange("GET", "/public")
                #expect(answer.status == 502 || answer.status == 503, "\(answer)")
                #expect(!answer.text.contains(String(port.number)), "nothing of the inside")
            }
        }
    }

    @Test("One dead endpoint of two costs no request")
    func oneDead() async throws {
        let port = try DeadPort()
        try await ProxyFixture.run(configure: { configuration in
            configuration.upstreams["shop"]?.endpoints.append(.tcp(host: "127.0.0.1", port: port.number))
        }) { proxy throws in
            for _ in 0..<6 { #expect(try proxy.client().exchange("GET", "/public").status == 200) }
        }
    }

    @Test(
        "An answer that is none is 502, and the client's connection stays usable",
        arguments: [
            "", "garbage\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: \u{0}\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        ])
    func garbage(bytes: String) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.target == "/public/good" { return try exchange.perform(.echo(exchange.request)) }
                try exchange.perform(.raw(bytes, .close))
            },
            { proxy in
                let client = try proxy.client()
                let answer = try client.exchange("GET", "/public/bad")
                #expect(answer.status == 502, "\(answer)")
                #expect(try client.exchange("GET", "/public/good").status == 200)
            })
    }

    @Test(
        "An answer that breaks off in its body is broken off for the client too: never taken for whole",
        arguments: ["length", "chunked", "chunk grammar"], [OriginAnswer.Ending.close, .reset])
    func brokenBody(framing: String, ending: OriginAnswer.Ending) async throws {
        let bytes =
            switch framing {
            case "length": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"
            case "chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"
            default: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nzz\r\n"
            }
        try await ProxyFixture.run(
            origin: { try $0.perform(.raw(bytes, ending)) },
            { proxy in
                let client = try proxy.client()
                try client.send(MessageText.request("GET", "/public"))
                do {
                    let answer = try client.response()
                    // The break may come before anything was forwarded.
                    #expect(answer.status == 502, "a broken answer was taken for whole: \(answer)")
                } catch {
                    #expect(error as? SocketFailure != .timedOut(waitingFor: "bytes from the peer"))
                }
            })
    }

    @Test("Bytes behind an answer are not taken for the next one")
    func surplus() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.target == "/public/evil" {
                    try exchange.perform(
                        .raw(
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
                        ))
                } else {
                    try exchange.perform(.echo(exchange.request))
                }
            },
            { proxy in
                let client = try proxy.client()
                #expect(try client.exchange("GET", "/public/evil").text == "ok")
                for _ in 0..<3 {
                    #expect(try client.exchange("GET", "/public/good").json["path"] as? String == "/public/good")
                }
                let evil = try #require(proxy.requests.first)
                #expect(!proxy.requests.dropFirst().contains { $0.connection == evil.connection })
            })
    }

    @Test("A response head that is too large is 502")
    func hugeHead() async throws {
        try await ProxyFixture.run(
            origin: {
                try $0.perform(.response(200, (0..<2000).map { ("X-\($0)", String(repeating: "x", count: 500)) }))
            },
            { proxy throws in
                #expect(try proxy.client().exchange("GET", "/public").status == 502)
            })
    }

    @Test("Endless interim responses come to an end: 502")
    func interimFlood() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                for _ in 0..<100_000 { try exchange.send("HTTP/1.1 103 Early\r\n\r\n") }
            },
            { proxy in
                let client = try proxy.client()
                try client.send(MessageText.request("GET", "/public"))
                do {
                    #expect(try client.response().status == 502)
                } catch {
                    #expect(error as? SocketFailure == .reset || "\(error)".contains("ended"), "\(error)")
                }
            })
    }
}

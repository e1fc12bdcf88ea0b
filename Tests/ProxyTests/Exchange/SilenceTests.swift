import SallyportTesting
import Testing

/// DESIGN.md §6: somebody who neither sends nor reads holds nothing for longer than the configured times, whatever the
/// exchange waits for.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SilenceTests {
    @Test("A client that waits for 100 (Continue) of an application that waits for the body: 504 in the end")
    func expectation() async throws {
        try await ProxyFixture.run(configure: { $0.limits.upstreamFirstByteTimeoutSeconds = 0.3 }) { proxy in
            let client = try proxy.client()
            let fields = [("Content-Length", "5"), ("Expect", "100-continue")]
            try client.send(MessageText.request("POST", "/public", fields))
            #expect(try client.response().status == 504)
            #expect(client.isClosedByPeer())
            #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
        }
    }

    @Test("A client that sends its body and reads nothing of the answer that comes meanwhile is given up")
    func unreadAnswer() async throws {
        try await ProxyFixture.run(
            configure: { $0.limits.bodyIdleTimeoutSeconds = 0.4 },
            origin: { exchange in
                try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n")
                let feeder = Feeder(exchange.reader.socket, total: 64_000_000)
                try exchange.readBody()
                _ = waitUntil(Deadline(in: .seconds(30))) { feeder.hasFinished }
            },
            { proxy in
                let client = try proxy.client(receiveBuffer: 8192)
                try client.send(MessageText.request("POST", "/public", [("Content-Length", "4000")]))
                for _ in 0..<4 { try client.send(String(repeating: "x", count: 1000)) }
                #expect(waitUntil { proxy.requests.first?.body.count == 4000 })
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 }, "the application waits for nobody")
                #expect(waitUntil { proxy.accessLog.contains("client_gone") })
            })
    }
}

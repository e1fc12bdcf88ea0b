import SallyportTesting
import Testing

/// RFC 9112 §9.3: an answer that is given before the request's body was read must not have the body taken for the next
/// request, nor the next request for the body.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct EarlyAnswerTests {
    @Test(
        "A body that came with a head that is refused after thought is not taken for a request, nor a request for it",
        arguments: [true, false], [0, 7, 46])
    func refusedBody(isChunked: Bool, late: Int) async throws {
        try await ProxyFixture.run { proxy in
            let smuggled = MessageText.request("GET", "/public/smuggled")
            let body = isChunked ? MessageText.chunked([String(decoding: smuggled, as: UTF8.self)]) : smuggled
            let framing = isChunked ? ("Transfer-Encoding", "chunked") : ("Content-Length", String(body.count))
            // The loop does not know the token, so the body waits for the verdict.
            let fields = [("Authorization", "Bearer aaa.bbb.ccc"), framing]
            let client = try proxy.client()
            try client.send(MessageText.request("POST", "/private", fields) + body.dropLast(late))
            #expect(try client.response().status == 401)
            try client.send(Array(body.suffix(late)) + MessageText.request("GET", "/public/mine"))
            #expect(try client.response().json["path"] as? String == "/public/mine")
            #expect(proxy.requests.map { $0.target } == ["/public/mine"])
        }
    }

    @Test("After a body that was thrown away the connection is idle: no time for a head runs")
    func idleAfterRefusal() async throws {
        try await ProxyFixture.run(configure: { $0.limits.headTimeoutSeconds = 0.2 }) { proxy in
            let client = try proxy.client()
            let fields = [("Authorization", "Bearer aaa.bbb.ccc")]
            #expect(try client.exchange("POST", "/private", fields, body: "hello").status == 401)
            #expect(client.isQuiet(for: .milliseconds(500)), "a 408 would be taken for the next answer")
            #expect(try client.exchange("GET", "/public").status == 200)
        }
    }

    @Test("What a client pipelines stays with it until its turn comes", .timeLimit(.minutes(2)))
    func pipeline() async throws {
        let total = 400
        try await ProxyFixture.run { proxy in
            let padding = [("X-Padding", String(repeating: "x", count: 100))]
            let request = MessageText.request("GET", "/public", padding)
            // Before the client connects: unoptimised, this may take longer than a silent connection lives.
            var bytes = request
            while bytes.count < 24 << 20 { bytes += bytes }
            let client = try proxy.client(patience: .seconds(60))
            var sent = 0
            for _ in 0..<total {
                while sent < bytes.count {
                    let count = try client.socket.sendSome(bytes[sent...])
                    if count == 0 { break }
                    sent += count
                }
                #expect(try client.response().status == 200)
            }
            let inBetween = sent - total * request.count
            #expect(inBetween < 12 << 20, "\(inBetween) bytes were taken before their time")
        }
    }

    @Test("What an application answers before it breaks off an upload reaches the client, every time")
    func brokenUpload() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.perform(.response(413, [("Connection", "close")], body: "too big", .close))
            },
            { proxy in
                for _ in 0..<20 {
                    let client = try proxy.client()
                    try client.send(MessageText.request("PUT", "/public", [("Content-Length", "3000000")]))
                    let feeder = Feeder(client.socket, total: 3_000_000)
                    let answer = try client.response()
                    #expect(answer.status == 413 && answer.text == "too big", "\(answer)")
                    client.socket.wake()
                    _ = waitUntil { feeder.hasFinished }
                }
            })
    }
}

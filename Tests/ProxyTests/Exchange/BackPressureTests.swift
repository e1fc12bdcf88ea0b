import SallyportTesting
import Testing

/// Issue 3: bodies stream in both directions; what a slow reader does not take stays where it comes from.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct BackPressureTests {
    private static let total = 96 << 20
    /// What kernels and the proxy may hold between the two ends together; the rest must not have left its sender.
    private static let inBetween = 40 << 20

    @Test("A download waits for its reader and arrives whole", arguments: [true, false])
    func download(isChunked: Bool) async throws {
        let feeders = Handover<Feeder>()
        let total = Self.total
        try await ProxyFixture.run(
            origin: { exchange in
                if isChunked {
                    let size = String(total, radix: 16)
                    try exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n")
                } else {
                    try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
                }
                let feeder = Feeder(exchange.reader.socket, total: total)
                feeders.give(feeder)
                _ = waitUntil(Deadline(in: .seconds(60))) { feeder.hasFinished }
                if isChunked { try exchange.send("\r\n0\r\n\r\n") }
            },
            { proxy in
                let client = try proxy.client(receiveBuffer: 65536)
                try client.send(MessageText.request("GET", "/public"))
                let feeder = try #require(feeders.take())
                let held = feeder.sentWhenStalled()
                #expect(held < Self.inBetween, "\(held) bytes left the application though nobody read")
                let head = try client.reader.responseHead()
                #expect(head.status == 200)
                if isChunked {
                    var count = 0
                    while true {
                        let line = try client.reader.chunkSize()
                        if line == 0 { break }
                        var rest = line
                        while rest > 0 {
                            let bytes = try client.reader.some(atMost: rest)
                            try #require(!bytes.isEmpty && BytePattern.matches(bytes, at: count))
                            count += bytes.count
                            rest -= bytes.count
                        }
                        _ = try client.reader.bytes(2)
                    }
                    #expect(count == total)
                } else {
                    var reader = SlowReader(client.reader)
                    #expect(try reader.read(total, step: 65536))
                }
                #expect(feeder.hasFinished && !feeder.hasFailed)
            })
    }

    @Test("An upload waits for the application and arrives whole")
    func upload() async throws {
        let gate = try Gate()
        let total = Self.total
        try await ProxyFixture.run(
            origin: { exchange in
                try gate.wait(Deadline(in: .seconds(60)))
                var reader = SlowReader(exchange.reader)
                let isGood = try reader.read(total, step: 65536)
                try exchange.perform(.response(isGood ? 200 : 500, body: String(reader.received)))
            },
            receiveBuffer: 65536
        ) { proxy in
            let client = try proxy.client(patience: .seconds(60))
            try client.send(MessageText.request("PUT", "/public", [("Content-Length", String(total))]))
            let feeder = Feeder(client.socket, total: total)
            let held = feeder.sentWhenStalled()
            #expect(held < Self.inBetween, "\(held) bytes were taken though the application reads nothing")
            gate.open()
            let answer = try client.response()
            #expect(answer.status == 200)
            #expect(answer.text == String(total))
        }
    }

    @Test("A reader who is slow does not slow down others")
    func others() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                guard exchange.request.target == "/public/big" else {
                    return try exchange.perform(.echo(exchange.request))
                }
                try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n")
                let feeder = Feeder(exchange.reader.socket, total: 64_000_000)
                _ = waitUntil(Deadline(in: .seconds(60))) { feeder.hasFinished }
            },
            { proxy in
                let sleeper = try proxy.client(receiveBuffer: 8192)
                try sleeper.send(MessageText.request("GET", "/public/big"))
                #expect(waitUntil { proxy.requests.count == 1 })
                for _ in 0..<20 { #expect(try proxy.client().exchange("GET", "/public").status == 200) }
                sleeper.close()
            })
    }
}

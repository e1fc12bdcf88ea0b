import SallyportTesting
import Testing

/// The judge is judged first: client and origin talk to each other without a proxy.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RawClientTests {
    @Test("A request is recorded as it was sent, in whatever pieces it came, and its echo is read")
    func pieces() throws {
        let origin = try TestOrigin()
        defer { origin.stop() }
        let request = MessageText.request("POST", "/a?b", [("X-One", "1"), ("x-one", "2")], body: "body")
        let client = try RawClient(origin.address)
        for pacing in [.whole, .byteByByte] + (1..<request.count).map({ RawClient.Pacing.split(at: $0) }) {
            try client.send(request, pacing)
            let response = try client.response()
            #expect(response.status == 200)
            #expect(
                response.text
                    == #"{"method":"POST","path":"/a?b","headers":{"host":"shop.example","x-one":"1, 2","content-length":"4"}}"#
            )
            let recorded = try #require(origin.lastRequest)
            #expect(recorded.text == "body")
            #expect(recorded.fields.all("X-ONE") == ["1", "2"])
        }
        #expect(origin.connectionCount == 1)
        #expect(origin.violations.isEmpty)
    }

    @Test("Interim responses, chunks, trailers and the end of the stream are told apart")
    func framings() throws {
        let origin = try TestOrigin { request in
            switch request.target {
            case "/chunked":
                .raw(
                    "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + String(decoding: MessageText.chunked(["ab", "c"], trailers: [("X-Sum", "3")]), as: UTF8.self))
            case "/close": .raw("HTTP/1.1 200 OK\r\n\r\nuntil the end", .close)
            case "/reset": .raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", .reset)
            case "/never": .never
            default: .response(204)
            }
        }
        defer { origin.stop() }
        let client = try RawClient(origin.address, patience: .seconds(5))
        let chunked = try client.exchange("GET", "/chunked")
        #expect(chunked.interim.map { $0.status } == [103])
        #expect(chunked.interim.first?.fields["link"] == "</a>")
        #expect(chunked.text == "abc")
        #expect(chunked.framing == .chunked)
        #expect(chunked.trailers["x-sum"] == "3")
        #expect(try client.exchange("GET", "/empty").framing == .none)
        #expect(try client.exchange("GET", "/close").text == "until the end")
        #expect(client.isClosedByPeer())
        #expect(throws: SocketFailure.reset) { try RawClient(origin.address).exchange("GET", "/reset") }
        let silent = try RawClient(origin.address, patience: .milliseconds(50))
        #expect(throws: SocketFailure.timedOut(waitingFor: "bytes from the peer")) {
            try silent.exchange("GET", "/never")
        }
        #expect(silent.isQuiet(for: .milliseconds(10)))
    }

    @Test(
        "What HTTP/1.1 does not allow is an error of the reader",
        arguments: [
            "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/2 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nA B: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \u{01}\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        ])
    func strictness(answer: String) throws {
        let origin = try TestOrigin { _ in .raw(answer, .close) }
        defer { origin.stop() }
        let failure = #expect(throws: SocketFailure.self) { try RawClient(origin.address).exchange() }
        guard case .malformed = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test("A client that stops reading stalls the feeder, and every byte arrives once it goes on")
    func backPressure() throws {
        let total = 32 << 20
        let origin = try TestOrigin(script: { exchange in
            try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let feeder = Feeder(exchange.reader.socket, total: total)
            _ = waitUntil { feeder.hasFinished }
        })
        defer { origin.stop() }
        let client = try RawClient(origin.address, receiveBuffer: 65536)
        try client.send(MessageText.request())
        #expect(try client.reader.responseHead().framing == .length(total))
        var reader = SlowReader(client.reader)
        #expect(try reader.read(total, step: 65536))
        #expect(reader.received == total)
    }
}

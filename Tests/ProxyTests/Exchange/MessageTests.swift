import SallyportTesting
import Testing

/// RFC 9110 and 9112: what happens to messages on their way through.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct MessageTests {
    @Test("HEAD, 204 and 304 have no body, and the connection goes on behind them")
    func noBody() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                switch exchange.request.target {
                case "/public/204": try exchange.send("HTTP/1.1 204 No Content\r\n\r\n")
                case "/public/304":
                    try exchange.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n")
                default: try exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                }
            },
            { proxy in
                let client = try proxy.client()
                try client.send(MessageText.request("HEAD", "/public"))
                let head = try client.response(to: "HEAD")
                #expect(head.status == 200)
                #expect(head.header("content-length") == "1000")
                #expect(try client.exchange("GET", "/public/204").framing == .none)
                let notModified = try client.exchange("GET", "/public/304")
                #expect(notModified.status == 304)
                #expect(notModified.header("etag") == "\"x\"")
                try client.send(MessageText.request("HEAD", "/public"))
                #expect(try client.response(to: "HEAD").status == 200)
                #expect(proxy.origin.connectionCount == 1)
            })
    }

    @Test("Interim responses pass before the final one", arguments: [[103], [102, 103, 103], []])
    func interim(statuses: [Int]) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                for status in statuses { try exchange.send("HTTP/1.1 \(status) Early\r\nLink: </\(status)>\r\n\r\n") }
                try exchange.perform(.response(200, body: "final"))
            },
            { proxy in
                let client = try proxy.client()
                for _ in 0..<2 {
                    let answer = try client.exchange("GET", "/public")
                    #expect(answer.text == "final")
                    #expect(answer.interim.map { $0.status } == statuses)
                    #expect(answer.interim.map { $0.fields["link"] } == statuses.map { "</\($0)>" })
                }
                try client.send("GET /public HTTP/1.0\r\n\r\n")
                #expect(try client.response().interim.isEmpty, "an HTTP/1.0 client gets none (RFC 9110 §15.2)")
            })
    }

    @Test("Expect: 100-continue: the body is asked for, then forwarded; a refusal comes before it")
    func expectation() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.fields.contains("expect") { try exchange.send("HTTP/1.1 100 Continue\r\n\r\n") }
                try exchange.perform(.response(200, body: try exchange.readBody().text))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let fields = [("Expect", "100-continue"), ("Content-Length", "5")]
                let client = try proxy.client()
                try client.send(MessageText.request("POST", "/", alice.fields + fields))
                #expect(try client.reader.interimHead().status == 100)
                try client.send("hello")
                #expect(try client.response().text == "hello")
                let stranger = try proxy.client()
                try stranger.send(MessageText.request("POST", "/", fields))
                let refusal = try stranger.response()
                #expect(refusal.status == 401)
                #expect(refusal.interim.isEmpty, "nobody asked for the body of a refused request")
                let unknown = try proxy.client().exchange("POST", "/public", [("Expect", "200-ok")], body: "x")
                #expect(unknown.status == 417)
            })
    }

    @Test("A chunked request and a chunked answer keep their bytes and their trailers")
    func chunked() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                let request = try exchange.readBody()
                let body = MessageText.chunked([request.text, "!"], trailers: [("X-Checksum", "42")])
                try exchange.send(
                    Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n".utf8) + body)
            },
            { proxy in
                let client = try proxy.client()
                let head = MessageText.request(
                    "POST", "/public", [("Transfer-Encoding", "chunked"), ("TE", "trailers")])
                let body = MessageText.chunked(["he", "l", "lo"], trailers: [("X-Sum", "5")])
                let pacings: [RawClient.Pacing] =
                    [.whole, .byteByByte] + (1..<body.count).map { .split(at: head.count + $0) }
                for pacing in pacings {
                    try client.send(head + body, pacing)
                    let answer = try client.response()
                    #expect(answer.text == "hello!")
                    #expect(answer.trailers["x-checksum"] == "42")
                    #expect(proxy.requests.last?.text == "hello")
                    #expect(proxy.requests.last?.trailers["x-sum"] == "5")
                }
                #expect(proxy.origin.violations.isEmpty)
            })
    }

    @Test("An answer that ends with its connection is delivered whole")
    func untilClose() async throws {
        try await ProxyFixture.run(
            origin: { try $0.perform(.raw("HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nall of it", .close)) },
            { proxy in
                let answer = try proxy.client().exchange("GET", "/public")
                #expect(answer.text == "all of it")
                #expect(answer.header("x-a") == "b")
                let again = try proxy.client().exchange("GET", "/public")
                #expect(again.text == "all of it")
            })
    }

    @Test("Hop-by-hop fields stop here in both directions, and nominated ones with them")
    func hopByHop() async throws {
        let hops = [
            ("Connection", "close-notify, X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"),
            ("Proxy-Connection", "keep-alive"),
            ("Proxy-Authenticate", "Basic"), ("Proxy-Authorization", "Basic x"), ("TE", "trailers, gzip"),
            ("X-End", "to-end"),
        ]
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.perform(
                    .response(
                        200,
                        hops + [
                            ("X-Seen", exchange.request.fields.description.replacingOccurrences(of: "\n", with: "|"))
                        ]))
            },
            { proxy in
                let answer = try proxy.client().exchange("GET", "/public", hops)
                #expect(answer.status == 200)
                for fields in [answer.fields, try #require(proxy.requests.last).fields] {
                    for name in ["x-hop", "keep-alive", "proxy-connection", "proxy-authorization"] {
                        #expect(!fields.contains(name), "\(name) in \(fields)")
                    }
                    #expect(!fields.elements("te").contains("gzip"))
                    #expect(!fields.elements("connection").contains("x-hop"))
                    #expect(fields["x-end"] == "to-end")
                }
            })
    }

    @Test("Fields and bodies pass untouched: order, case, duplicates, odd bytes, empty values")
    func transparency() async throws {
        let fields = [
            ("Accept", "a;q=0.1, b"), ("X-Empty", ""), ("x-lower", "1"), ("X-UPPER", "2"), ("X-Twice", "a"),
            ("X-Twice", "b"),
            ("X-Quoted", #""a, \"b""#), ("X-Long", String(repeating: "y", count: 4000)), ("Date", "not a date"),
        ]
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                try exchange.perform(.response(299, fields, body: exchange.request.text))
            },
            { proxy in
                let answer = try proxy.client().exchange(
                    "PATCH", "/public/x?a=b&&c=%20", fields, body: "\u{0}\u{1}\u{FFFD}\r\n\r\n")
                #expect(answer.status == 299)
                #expect(answer.text == "\u{0}\u{1}\u{FFFD}\r\n\r\n")
                let request = try #require(proxy.requests.last)
                #expect(request.target == "/public/x?a=b&&c=%20")
                for seen in [request.fields, answer.fields] {
                    let kept = seen.lines.filter { line in fields.contains { $0.0 == line.name } }
                    #expect(kept.map { $0.name } == fields.map { $0.0 })
                    #expect(kept.map { $0.value } == fields.map { $0.1 })
                }
            })
    }

    @Test(
        "Ambiguous framing is refused, not guessed, and the connection is closed",
        arguments: [
            "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
            "POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "GET /public HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /public HTTP/1.1\r\n\r\n",
            "GET /public HTTP/1.1\nHost: a\n\n",
            "GET /public  HTTP/1.1\r\nHost: a\r\n\r\n", "GET /public HTTP/1.1\r\nHost: a\r\n folded: 1\r\n\r\n",
            "GET /public HTTP/1.2 x\r\nHost: a\r\n\r\n",
        ])
    func framing(bytes: String) async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            try client.send(bytes + "GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.response()
            #expect([400, 501, 505].contains(answer.status), "\(answer)")
            #expect(client.isClosedByPeer())
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "A chunked body that breaks its grammar ends in a refusal, and the rest is not taken for a request",
        arguments: ["x\r\n", "5\r\nhelloX", "ffffffffffffffffff\r\n", "-1\r\n", "0\r\nX: \u{1}\r\n\r\n"])
    func badChunk(bytes: String) async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            try client.send(MessageText.request("POST", "/public", [("Transfer-Encoding", "chunked")]))
            try client.send(bytes + "GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.response()
            #expect(answer.status == 400, "\(answer)")
            #expect(client.isClosedByPeer())
            #expect(!proxy.requests.contains { $0.target.contains("smuggled") })
        }
    }

    @Test(
        "A final answer that comes before the whole body is delivered, and the next request is not confused with the rest"
    )
    func earlyAnswer() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.method == "POST" {
                    try exchange.perform(.response(413, [("Connection", "close")], body: "too big", .close))
                } else {
                    try exchange.perform(.echo(exchange.request))
                }
            },
            { proxy in
                let client = try proxy.client()
                try client.send(
                    MessageText.request("POST", "/public", [("Content-Length", "1000000")])
                        + Array("GET /smuggled".utf8))
                let answer = try client.response()
                #expect(answer.status == 413)
                #expect(answer.text == "too big")
                #expect(try proxy.client().exchange("GET", "/public").status == 200)
                #expect(!proxy.requests.contains { $0.target.contains("smuggled") })
            })
    }
}

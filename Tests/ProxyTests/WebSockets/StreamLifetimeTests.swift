import SallyportTesting
import Testing
import Tokens

/// An answer without an end lives as long as its token.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct StreamLifetimeTests {
    private static func head(_ type: String, _ framing: String = "Transfer-Encoding: chunked") -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\n\(framing)\r\n\r\n"
    }

    /// Sends a head and one event, and then nothing until the peer goes.
    private static func stream(_ exchange: OriginExchange) throws {
        switch exchange.request.target {
        case "/events": try exchange.send(head("text/event-stream; charset=utf-8") + "9\r\ndata: 1\n\n\r\n")
        case "/silent": try exchange.send(head("text/event-stream"))
        case "/lines": try exchange.send(head("application/x-ndjson") + "3\r\n{}\n\r\n")
        case "/sized": try exchange.send(head("text/event-stream", "Content-Length: 12") + "data: 1\n\n")
        case "/done": return try exchange.send(head("text/event-stream") + "9\r\ndata: 1\n\n\r\n0\r\n\r\n")
        default: return try exchange.perform(.echo(try exchange.readBody()))
        }
        _ = try exchange.reader.rest()
        exchange.ending = .close
    }

    private func begin(_ proxy: ProxyFixture, _ browser: Browser, _ path: String) throws -> RawClient {
        let client = try proxy.client(patience: .seconds(3))
        try client.send(browser.bytes("GET", path))
        #expect(try client.reader.responseHead().status == 200)
        return client
    }

    @Test(
        "An event stream ends as if it were over, at the expiry and at the end of the session",
        arguments: [true, false])
    func events(isExpiry: Bool) async throws {
        try await ProxyFixture.run(origin: Self.stream) { proxy in
            var alice = try Browser.signedIn(proxy)
            let client = try begin(proxy, alice, "/events")
            #expect(try client.reader.chunkSize() == 9)
            #expect(try client.reader.bytes(11) == Array("data: 1\n\n\r\n".utf8))
            let silent = try begin(proxy, alice, "/silent")
            #expect(client.isQuiet(for: .milliseconds(250)))
            if isExpiry {
                proxy.clock.advance(bySeconds: 1800)
            } else {
                #expect(try alice.post("logout").status == 204)
            }
            for stream in [client, silent] {
                #expect(try stream.reader.bytes(5) == Array("0\r\n\r\n".utf8))
                #expect(stream.isClosedByPeer(Deadline(in: .seconds(1))))
            }
            #expect(waitUntil { proxy.origin.openConnectionCount <= 2 }, "the application is told")
        }
    }

    @Test("Another answer without a length is cut, so that it does not look whole")
    func otherStreams() async throws {
        try await ProxyFixture.run(origin: Self.stream) { proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try begin(proxy, alice, "/lines")
            #expect(try client.reader.chunkSize() == 3)
            #expect(try client.reader.bytes(5) == Array("{}\n\r\n".utf8))
            proxy.clock.advance(bySeconds: 1800)
            #expect(client.isClosedByPeer(Deadline(in: .seconds(1))), "no last chunk")
        }
    }

    @Test("A refresh extends an event stream")
    func refresh() async throws {
        try await ProxyFixture.run(origin: Self.stream) { proxy in
            var alice = try Browser.signedIn(proxy)
            let client = try begin(proxy, alice, "/silent")
            proxy.clock.advance(bySeconds: 1790)
            #expect(try alice.visit("GET", "/page").newAccess != nil)
            proxy.clock.advance(bySeconds: 100)
            #expect(client.isQuiet(for: .milliseconds(400)))
            proxy.clock.advance(bySeconds: 1700)
            #expect(try client.reader.bytes(5) == Array("0\r\n\r\n".utf8))
        }
    }

    @Test("An answer with a length, and one that is over, are left alone; so is the connection")
    func finite() async throws {
        try await ProxyFixture.run(origin: Self.stream) { proxy in
            let alice = try Browser.signedIn(proxy)
            let sized = try begin(proxy, alice, "/sized")
            let done = try proxy.client()
            #expect(try done.exchange("GET", "/done", alice.fields).text == "data: 1\n\n")
            #expect(try sized.reader.bytes(9) == Array("data: 1\n\n".utf8))
            proxy.clock.advance(bySeconds: 1800)
            proxy.store.announce(.everything)
            #expect(sized.isQuiet(for: .milliseconds(400)))
            #expect(try done.exchange("GET", "/.sallyport/health").status == 200)
        }
    }
}

import HTTPWire
import Testing

@testable import HTTP2

/// A session as a whole: requests as HTTP/1.1 heads, answers as frames.
struct HTTP2SessionTests {
    @Test(
        "A request becomes the one head of HTTP/1.1 that says the same, whatever the pieces", arguments: [1, 7, 10_000])
    func request(pieces: Int) {
        let peer = Recorder()
        let fields = Wire.request([("accept", "*/*"), ("cookie", "a=1"), ("x-test", "b"), ("cookie", "b=2")])
        peer.feed(Wire.preface + Wire.headers(fields), pieces: pieces)
        #expect(
            peer.events == [
                "began 1 GET /a HTTP/1.1\r\nhost: shop.example\r\naccept: */*\r\nx-test: b\r\ncookie: a=1; b=2\r\n\r\n",
                "ended 1 ",
            ])
    }

    @Test("A body of unknown length is announced as chunked, one with a length is not, and trailers come at its end")
    func bodies() {
        let peer = Recorder()
        peer.feed(
            Wire.preface + Wire.headers(Wire.request(method: "POST"), ends: false) + Wire.frame(0x0, stream: 1, [0x61])
                + Wire.headers([("x-sum", "1")])
                + Wire.headers(
                    Wire.request([("content-length", "1")], method: "PUT"), stream: 3, ends: false)
                + Wire.frame(0x0, 0x1, stream: 3, [0x62]))
        #expect(
            peer.events == [
                "began 1 POST /a HTTP/1.1\r\nhost: shop.example\r\ntransfer-encoding: chunked\r\n\r\n", "body 1 a",
                "ended 1 x-sum: 1\r\n\r\n",
                "began 3 PUT /a HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 1\r\n\r\n", "body 3 b", "ended 3 ",
            ])
    }

    @Test("Host and :authority agree or are refused; one of them is enough")
    func authority() {
        let peer = Recorder()
        let bare = Wire.request().filter { $0.0 != ":authority" }
        peer.feed(
            Wire.preface + Wire.headers(Wire.request([("host", "SHOP.example")]))
                + Wire.headers(Wire.request([("host", "other.example")]), stream: 3)
                + Wire.headers(bare + [("host", "shop.example")], stream: 5))
        let head = "GET /a HTTP/1.1\r\nhost: shop.example\r\n\r\n"
        #expect(
            peer.events == [
                "began 1 \(head)", "ended 1 ", "refused 3 hostDiffers", "ended 3 ", "began 5 \(head)", "ended 5 ",
            ])
    }

    @Test("Extended CONNECT for a WebSocket becomes its handshake; other protocols and CONNECT are refused")
    func connect() throws {
        let peer = Recorder()
        let socket = Wire.request([("sec-websocket-version", "13")], method: "CONNECT")
        func with(_ name: String) -> [(String, String)] { [(":protocol", name)] + socket }
        peer.feed(
            Wire.preface + Wire.headers(with("websocket"), ends: false)
                + Wire.headers(with("connect-udp"), stream: 3, ends: false)
                + Wire.headers([(":method", "CONNECT"), (":authority", "a:1")], stream: 5, ends: false))
        let head = try #require(peer.events.first)
        #expect(head.hasPrefix("began 1 GET /a HTTP/1.1\r\nhost: shop.example\r\nsec-websocket-version: 13\r\n"))
        var parsed = RequestHead()
        let bytes = Array(head.dropFirst("began 1 ".count).utf8)
        _ = try unsafe RequestHeadParser.parse(bytes.span.bytes, limits: HeadLimits(), into: &parsed)
        _ = try unsafe WebSocketHandshake.parse(parsed, in: bytes.span.bytes)
        #expect(peer.events[1] == "refused 3 connectRefused")
        #expect(peer.events[2].hasPrefix("began 5 CONNECT a:1 HTTP/1.1\r\n"))
    }

    @Test("A header list above its limit is refused, and one without end is cut")
    func lists() {
        let peer = Recorder(HTTP2Limits(headerListBytes: 1000))
        let large = Wire.request([("x-large", String(repeating: "x", count: 1000))])
        peer.feed(Wire.preface + Wire.headers(large) + Wire.headers(Wire.request(), stream: 3))
        #expect(peer.events.contains("refused 1 headTooLarge"))
        #expect(peer.events.contains("ended 3 ") && !peer.session.isBroken)
        // One field in the table, and a byte for each time that it is named.
        let bomb =
            Wire.block(Wire.request()) + [0x40, 6] + Array("x-bomb".utf8) + [127, 0xa1, 0x1d]
            + [UInt8](repeating: 0x61, count: 127 + 0x21 + 0x1d << 7) + [UInt8](repeating: 0xbe, count: 4000)
        peer.feed(Wire.frame(0x1, 0x5, stream: 5, bomb))
        #expect(peer.session.isFlooded)
        let last = Wire.frames(peer.output()).last
        #expect(last?.type == 0x7 && last?.payload[7] == 0xb)
        #expect(!peer.session.isAlive)
    }

    @Test("An answer's head and body become frames, and the stream ends with the last one")
    func answer() throws {
        let peer = Recorder()
        peer.feed(Wire.preface + Wire.headers(Wire.request()))
        _ = peer.output()
        peer.body = Array("hello".utf8)
        #expect(try peer.respond(1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", hasBody: true))
        let frames = Wire.frames(peer.output())
        #expect(frames.map(\.type) == [0x1, 0x0])
        #expect(frames.last?.payload == Array("hello".utf8) && frames.last?.flags == 0x1)
        #expect(!String(decoding: frames[0].payload, as: UTF8.self).contains("close"))
        #expect(peer.events.last == "closed 1 0")
    }

    @Test("No more goes out than the client's window takes, and the rest follows its update")
    func window() throws {
        let peer = Recorder()
        // Initial window: 3 bytes.
        peer.feed(
            Wire.preface + Wire.frame(0x4, stream: 0, [0, 4, 0, 0, 0, 3]) + Wire.headers(Wire.request()))
        _ = peer.output()
        peer.body = Array("hello".utf8)
        #expect(try peer.respond(1, "HTTP/1.1 200 OK\r\n\r\n", hasBody: true))
        #expect(Wire.frames(peer.output()).last?.payload == Array("hel".utf8))
        peer.feed(Wire.frame(0x8, stream: 1, [0, 0, 0, 9]))
        #expect(Wire.frames(peer.output()).last?.payload == Array("lo".utf8))
    }

    @Test("An answer before the request's end ends in RST_STREAM with NO_ERROR, and what still comes is no breach")
    func earlyAnswer() throws {
        let peer = Recorder()
        peer.feed(Wire.preface + Wire.headers(Wire.request(method: "POST"), ends: false))
        #expect(try peer.respond(1, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", hasBody: false))
        let last = Wire.frames(peer.output()).last
        #expect(last?.type == 0x3 && last?.payload == [0, 0, 0, 0])
        peer.feed(Wire.frame(0x0, 0x1, stream: 1, [0x61]))
        #expect(!peer.session.isBroken && peer.session.isAlive)
    }
}

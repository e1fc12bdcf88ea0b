import CryptoPrimitives
import Testing

@testable import DemoApplication

@Suite("The WebSocket echo")
struct WebSocketEchoTests {
    static let handshake =
        "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// An open socket.
    static func opened() -> Exchange {
        var exchange = Exchange()
        exchange.feed(handshake + "\r\n")
        _ = exchange.answer()
        return exchange
    }

    /// A close frame of the server.
    static func close(_ code: Int) -> [UInt8] { [0x88, 2, UInt8(code >> 8), UInt8(code & 255)] }

    @Test("The key of RFC 6455 §1.3 has the acceptance that stands there")
    func acceptance() {
        let key = [UInt8]("dGhlIHNhbXBsZSBub25jZQ==".utf8)
        #expect(
            String(decoding: WebSocketAcceptance.value(forKey: key.span), as: UTF8.self)
                == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "The subprotocol echo is chosen where it is offered, and none otherwise",
        arguments: [
            ("", false), ("Sec-WebSocket-Protocol: chat, echo\r\n", true),
            ("Sec-WebSocket-Protocol: echoes\r\n", false),
        ])
    func opens(_ field: String, _ isChosen: Bool) {
        let answer = Exchange.answer(to: Self.handshake + field + "\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Protocol: echo\r\n") == isChosen)
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("A handshake with another version or a broken key is refused")
    func refusesHandshakes() {
        let old = Self.handshake.replacing("Version: 13", with: "Version: 8") + "\r\n"
        #expect(Exchange.answer(to: old).hasPrefix("HTTP/1.1 426 "))
        let broken = Self.handshake.replacing("bm9uY2", with: "").replacing("ZSBub25jZQ==", with: "") + "\r\n"
        #expect(Exchange.answer(to: broken).hasPrefix("HTTP/1.1 400 "))
    }

    @Test(
        "Text and binary messages come back unmasked, of every form of length",
        arguments: [0, 1, 125, 126, 65535, 65536, 1 << 20])
    func echoes(_ length: Int) {
        for opcode: UInt8 in [1, 2] {
            var exchange = Self.opened()
            let payload = [UInt8](repeating: 0x61, count: length)
            exchange.feed(ClientFrame.bytes(opcode, payload))
            #expect(exchange.answerBytes() == ClientFrame.bytes(opcode, payload, isMasked: false))
            #expect(exchange.connection.advance(exchange.output) == .needInput)
        }
    }

    @Test("Frames are understood however their bytes are split")
    func splits() {
        let bytes =
            ClientFrame.text("née") + ClientFrame.bytes(9, [1, 2])
            + ClientFrame.bytes(2, [UInt8](repeating: 7, count: 200))
        var whole = Self.opened()
        whole.feed(bytes)
        let expected = whole.answerBytes()
        for index in 1..<bytes.count {
            var exchange = Self.opened()
            exchange.feed([UInt8](bytes[..<index]))
            exchange.feed([UInt8](bytes[index...]))
            #expect(exchange.answerBytes() == expected, "split at \(index)")
        }
        var slow = Self.opened()
        for byte in bytes { slow.feed([byte]) }
        #expect(slow.answerBytes() == expected)
    }

    @Test("A message in fragments comes back whole, with a ping answered in between")
    func fragments() {
        var exchange = Self.opened()
        // The letter é is cut in two.
        exchange.feed(ClientFrame.bytes(1, [0x68, 0xc3], isFinal: false))
        #expect(exchange.output.isEmpty)
        exchange.feed(ClientFrame.bytes(9, [5]))
        #expect(exchange.answerBytes() == [0x8a, 1, 5])
        exchange.feed(ClientFrame.bytes(0, [0xa9], isFinal: true))
        #expect(exchange.answerBytes() == [0x81, 3, 0x68, 0xc3, 0xa9])
    }

    @Test("A pong that nobody asked for is ignored")
    func pong() {
        var exchange = Self.opened()
        exchange.feed(ClientFrame.bytes(10, [1]))
        #expect(exchange.output.isEmpty && exchange.step == .needInput)
    }

    @Test(
        "A close frame is answered by its own code, and ends the connection", arguments: [1000, 1001, 1011, 3000, 4999])
    func closes(_ code: Int) {
        var exchange = Self.opened()
        exchange.feed(
            ClientFrame.bytes(8, [UInt8(code >> 8), UInt8(code & 255)] + [UInt8]("bye".utf8)) + ClientFrame.text("late")
        )
        #expect(exchange.answerBytes() == Self.close(code))
        #expect(exchange.step == .close)
    }

    @Test("A close frame without a code is answered by one without")
    func closesWithoutCode() {
        var exchange = Self.opened()
        exchange.feed(ClientFrame.bytes(8, []))
        #expect(exchange.answerBytes() == [0x88, 0])
        #expect(exchange.step == .close)
    }

    static let violations: [(String, [UInt8], Int)] = [
        ("not masked", ClientFrame.bytes(1, [0x61], isMasked: false), 1002),
        ("reserved bit", ClientFrame.bytes(1, [0x61], reserved: 0x40), 1002),
        ("unknown opcode", ClientFrame.bytes(3, []), 1002),
        ("unknown control opcode", ClientFrame.bytes(11, []), 1002),
        ("fragmented ping", ClientFrame.bytes(9, [], isFinal: false), 1002),
        ("long ping", ClientFrame.bytes(9, [UInt8](repeating: 0, count: 126)), 1002),
        ("continuation of nothing", ClientFrame.bytes(0, []), 1002),
        ("text within a message", ClientFrame.text("a", isFinal: false) + ClientFrame.text("b"), 1002),
        ("two bytes of length where none are needed", ClientFrame.bytes(1, [0x61], lengthForm: 2), 1002),
        (
            "eight bytes of length where two do",
            ClientFrame.bytes(2, [UInt8](repeating: 0, count: 126), lengthForm: 8), 1002
        ),
        ("a length with the highest bit", [0x82, 0xff] + [UInt8](repeating: 0xff, count: 8), 1002),
        ("a frame beyond the limit", [0x82, 0xff, 0, 0, 0, 0, 0, 16, 0, 1], 1009),
        (
            "a message beyond the limit",
            ClientFrame.bytes(2, [UInt8](repeating: 0, count: 1 << 20), isFinal: false) + ClientFrame.bytes(0, [1]),
            1009
        ),
        ("text that is not UTF-8", ClientFrame.bytes(1, [0xff]), 1007),
        ("a surrogate in a text", ClientFrame.bytes(1, [0xed, 0xa0, 0x80]), 1007),
        ("a close frame of one byte", ClientFrame.bytes(8, [3]), 1002),
        ("close code 1005", ClientFrame.bytes(8, [0x03, 0xed]), 1002),
        ("close code 999", ClientFrame.bytes(8, [0x03, 0xe7]), 1002),
        ("close code 5000", ClientFrame.bytes(8, [0x13, 0x88]), 1002),
        ("a reason that is not UTF-8", ClientFrame.bytes(8, [0x03, 0xe8, 0xff]), 1007),
    ]

    @Test("What the RFC forbids closes the socket with the right code", arguments: violations)
    func refuses(_ name: String, _ frame: [UInt8], _ code: Int) {
        var exchange = Self.opened()
        exchange.feed(frame + ClientFrame.text("late"))
        #expect(exchange.answerBytes() == Self.close(code), "\(name)")
        #expect(exchange.step == .close)
    }
}

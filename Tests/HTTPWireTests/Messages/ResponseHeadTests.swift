import HTTPWire
import Testing

@Suite("Response heads")
struct ResponseHeadTests {
    @Test("A response's parts are found in place")
    func parts() {
        let response = ParsedResponse(
            "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX_Y: z\r\n\r\nhello")
        #expect(response.outcome == .complete(headLength: response.bytes.count - 5))
        #expect(response.head.status == 404)
        #expect(response.text(response.head.reason) == "Not Found")
        #expect(response.head.framing == .length(5))
        #expect(response.head.count(of: .setCookie) == 2)
        #expect(response.head.keepsAlive && !response.head.isInterim)
    }

    static let accepted = [
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.0 599 \u{e9}\tx\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nX_Y: \u{e9}\r\n\r\n",
    ]

    @Test("A valid head is complete at its last byte and not before", arguments: accepted)
    func accepts(_ text: String) {
        let bytes = latin(text)
        #expect(ParsedResponse(bytes).outcome == .complete(headLength: bytes.count))
        for length in 0..<bytes.count {
            #expect(ParsedResponse([UInt8](bytes[..<length])).outcome == .needMore, "after \(length) bytes")
        }
    }

    static let refused: [(String, HTTPParseError.Kind)] = [
        ("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion), ("HTTP/1.2 200 OK\r\n\r\n", .unsupportedVersion),
        ("http/1.1 200 OK\r\n\r\n", .malformedStatusLine), ("HTTP/1.1  200 OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 20 OK\r\n\r\n", .malformedStatusLine), ("HTTP/1.1 2000 OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 099 OK\r\n\r\n", .invalidStatus), ("HTTP/1.1 600 OK\r\n\r\n", .invalidStatus),
        ("HTTP/1.1 200 O\u{0}K\r\n\r\n", .malformedStatusLine), ("HTTP/1.1 200 OK\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\rX: y\r\n\r\n", .bareCarriageReturn), ("<html>", .malformedStatusLine),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", .malformedStatusLine),
        ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .obsoleteLineFolding),
        ("HTTP/1.1 200 OK\r\nX : a\r\n\r\n", .whitespaceBeforeColon),
        ("HTTP/1.1 200 OK\r\nContent_Length: 1\r\n\r\n", .framingLookAlike),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .bothLengthAndCoding),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLengthRepeated),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .invalidContentLength),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInOldVersion),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .invalidTransferEncoding),
        ("HTTP/1.1 304 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding),
    ]

    @Test("An ambiguous or malformed head is refused as the upstream's error", arguments: refused)
    func refuses(_ text: String, _ kind: HTTPParseError.Kind) {
        let bytes = latin(text)
        #expect(ParsedResponse(bytes).outcome == .refused(kind))
        for length in 0...bytes.count {
            let outcome = ParsedResponse([UInt8](bytes[..<length])).outcome
            #expect(outcome == .needMore || outcome == .refused(kind), "after \(length) bytes")
        }
    }

    @Test(
        "The body's end follows from method, status and fields",
        arguments: [
            (HTTPMethod.get, 200, "Content-Length: 5", BodyFraming.length(5)),
            (.get, 200, "Transfer-Encoding: chunked", .chunked), (.get, 200, "X: y", .untilClose),
            (.head, 200, "Content-Length: 5", .none), (.head, 200, "Transfer-Encoding: chunked", .none),
            (.get, 204, "X: y", .none), (.get, 304, "Content-Length: 5", .none), (.post, 100, "X: y", .none),
            (.get, 101, "Content-Length: 5", .none), (.delete, 500, "Content-Length: 0", .length(0)),
        ])
    func framing(_ method: HTTPMethod, _ status: Int, _ field: String, _ framing: BodyFraming) {
        #expect(ParsedResponse("HTTP/1.1 \(status) X\r\n\(field)\r\n\r\n", to: method).head.framing == framing)
    }

    @Test(
        "A connection is kept only after an answer whose end is certain",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 0", true), ("HTTP/1.1 200 OK\r\nX: y", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive", true),
        ])
    func persistence(_ head: String, _ keepsAlive: Bool) {
        #expect(ParsedResponse(head + "\r\n\r\n").head.keepsAlive == keepsAlive)
    }

    @Test(
        "Only a 101 with its fields is an upgrade, and only other 1xx are interim",
        arguments: [
            ("101 X\r\nConnection: Upgrade\r\nUpgrade: websocket", true, false),
            ("101 X\r\nUpgrade: websocket", false, false),
            ("100 X", false, true), ("103 X", false, true),
            ("200 X\r\nConnection: Upgrade\r\nUpgrade: x", false, false),
        ])
    func upgrade(_ head: String, _ isUpgrade: Bool, _ isInterim: Bool) {
        let response = ParsedResponse("HTTP/1.1 \(head)\r\n\r\n")
        #expect(response.head.isUpgrade == isUpgrade && response.head.isInterim == isInterim)
    }
}

import HTTPWire
import Testing

@Suite("Request heads")
struct RequestHeadTests {
    @Test("A request's parts are found in place")
    func parts() {
        let request = ParsedRequest(
            "POST /a/b?c=d HTTP/1.1\r\nHost: shop.example:8080\r\nX-Empty:\r\nX-Tab:\t a b \t\r\nContent-Length: 5\r\n\r\nhello"
        )
        #expect(request.outcome == .complete(headLength: request.bytes.count - 5))
        #expect(request.head.method == .post)
        #expect(request.text(request.head.methodRange) == "POST")
        #expect(request.text(request.head.target) == "/a/b?c=d")
        #expect(request.head.minorVersion == 1)
        #expect(request.head.framing == .length(5))
        #expect(request.fields == ["Host=shop.example:8080", "X-Empty=", "X-Tab=a b", "Content-Length=5"])
        #expect(request.head.first(.host).map { request.text($0.line) } == "Host: shop.example:8080\r\n")
        #expect(request.head.authority.map { request.text($0.host) } == "shop.example")
        #expect(request.head.authority?.port == 8080)
        #expect(request.head.keepsAlive == true)
    }

    /// Heads that are taken, in pairs with what is refused below.
    static let accepted = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "get / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET HTTP://A:80/x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET https://a?x HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET http://a/x HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 0.0.0.0=5000\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:a\r\nX!#$%&'*+.^`|~:\"\u{e9}\"\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-Continue\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: ,close, x-y ,\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Type: x\r\nAccept-Encoding: y\r\n\r\n",
    ]

    @Test("A valid head is complete at its last byte and not before", arguments: accepted)
    func accepts(_ text: String) {
        let bytes = latin(text)
        #expect(ParsedRequest(bytes).outcome == .complete(headLength: bytes.count))
        for length in 0..<bytes.count {
            #expect(ParsedRequest([UInt8](bytes[..<length])).outcome == .needMore, "after \(length) bytes")
        }
        #expect(ParsedRequest(bytes + latin("GET \u{0}\n")).outcome == .complete(headLength: bytes.count))
    }

    @Test("An ambiguous or malformed head is refused, and stays refused whatever follows", arguments: refused)
    func refuses(_ text: String, _ kind: HTTPParseError.Kind) {
        let bytes = latin(text)
        #expect(ParsedRequest(bytes).outcome == .refused(kind))
        var isRefused = false
        for length in 0...bytes.count {
            let outcome = ParsedRequest([UInt8](bytes[..<length])).outcome
            #expect(outcome == .needMore || outcome == .refused(kind), "after \(length) bytes")
            #expect(!isRefused || outcome.isRefusal, "taken again after \(length) bytes")
            isRefused = outcome.isRefusal
        }
    }

    static let refused: [(String, HTTPParseError.Kind)] = lines + targets + versions + hosts + framing + others

    private static let lines: [(String, HTTPParseError.Kind)] = [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        ("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: a\r\n\rX", .bareCarriageReturn),
        ("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareCarriageReturn),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        ("GET / HTTP/1.1\r\nHost: a\r\n X: b\r\n\r\n", .obsoleteLineFolding),
        ("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", .obsoleteLineFolding),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .whitespaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\t: a\r\n\r\n", .whitespaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", .fieldWithoutColon),
        ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .emptyFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX/Y: b\r\n\r\n", .invalidFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\u{e9}: b\r\n\r\n", .invalidFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\u{0}: b\r\n\r\n", .invalidFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-Very-Long-Name-With-A-Slash-At-The/End: b\r\n\r\n", .invalidFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX_Y: b\r\n\r\n", .underscoreInFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent_Length: 1\r\n\r\n", .underscoreInFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent.Length: 1\r\n\r\n", .framingLookAlike),
        ("GET / HTTP/1.1\r\nHost: a\r\nContentLength: 1\r\n\r\n", .framingLookAlike),
        ("GET / HTTP/1.1\r\nHost: a\r\n-Transfer-Encoding: chunked\r\n\r\n", .framingLookAlike),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}c\r\n\r\n", .controlInFieldValue),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{7f}\r\n\r\n", .controlInFieldValue),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{1b}[2J and a long tail behind it\r\n\r\n", .controlInFieldValue),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a long value and in its second half \u{1} one\r\n\r\n", .controlInFieldValue),
    ]

    private static let targets: [(String, HTTPParseError.Kind)] = [
        ("G\u{0}T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("\u{16}\u{3}\u{1}", .invalidMethod),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedVersion),
        ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetByte),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetByte),
        ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetByte),
        ("GET /a-path-longer-than-eight\u{1}bytes HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetByte),
        ("GET foo HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("OPTIONS *?x HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("GET http:a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .connectRefused),
        ("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", .connectRefused),
    ]

    private static let versions: [(String, HTTPParseError.Kind)] = [
        ("GET /\r\n", .malformedVersion),
        ("GET / \r\n", .malformedVersion),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedVersion),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .malformedVersion),
        ("GET / HTTP/1\r\nHost: a\r\n\r\n", .malformedVersion),
        ("GET / HTTP/1,1\r\nHost: a\r\n\r\n", .malformedVersion),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
        ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", .unsupportedVersion),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .invalidTargetForm),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
    ]

    private static let hosts: [(String, HTTPParseError.Kind)] = [
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET http://a/ HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a..b\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: .\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a%2eb\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", .invalidHost),
        ("GET / HTTP/1.1\r\nHost: x@a\r\n\r\n", .userInformation),
        ("GET http://x@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .userInformation),
        ("GET http://x@y@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .userInformation),
        ("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", .hostDiffers),
        ("GET http://a/ HTTP/1.1\r\nHost: a:81\r\n\r\n", .hostDiffers),
        ("GET https://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", .hostDiffers),
    ]

    private static let framing: [(String, HTTPParseError.Kind)] = [
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .bothLengthAndCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLengthRepeated),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .contentLengthRepeated),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .invalidContentLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .invalidContentLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 01\r\n\r\n", .invalidContentLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\n", .invalidContentLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", .invalidContentLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000000000000\r\n\r\n", .invalidContentLength),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingRepeated
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .invalidTransferEncoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .invalidTransferEncoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .invalidTransferEncoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", .invalidTransferEncoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", .invalidTransferEncoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInOldVersion),
        ("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", .contentInTrace),
    ]

    private static let others: [(String, HTTPParseError.Kind)] = [
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close x\r\n\r\n", .invalidConnectionOption),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: \"x\"\r\n\r\n", .invalidConnectionOption),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .unknownExpectation),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n", .unknownExpectation),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n", .unknownExpectation),
    ]

    @Test(
        "Every kind of refusal has a status of the 4xx or 5xx class and a sentence",
        arguments: HTTPParseError.Kind.allCases)
    func describes(_ kind: HTTPParseError.Kind) {
        #expect([400, 413, 414, 417, 431, 501, 505].contains(kind.status))
        #expect(kind.sentence.hasSuffix(".") && kind.sentence.count > 10)
        #expect(HTTPParseError(kind, in: .request, at: 0).status == kind.status)
        #expect(HTTPParseError(kind, in: .response, at: 0).status == 502)
    }

    @Test(
        "Methods are told by their exact spelling",
        arguments: [
            ("GET", HTTPMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
            ("OPTIONS", .options), ("PATCH", .patch), ("TRACE", .trace), ("Get", .other), ("PAST", .other),
            ("PURGE", .other), ("OPTIONZ", .other), ("POSTPOST", .other), ("M", .other), ("PROPFIND", .other),
        ])
    func methods(_ name: String, _ method: HTTPMethod) {
        #expect(ParsedRequest("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n").head.method == method)
        #expect(withBytes(name) { bytes, _ in HTTPMethod(bytes) } == method)
    }

    @Test("Only reading methods are safe; those and PUT and DELETE are idempotent")
    func methodProperties() {
        let safe: [HTTPMethod] = [.get, .head, .options, .trace]
        for method in [HTTPMethod.get, .head, .post, .put, .delete, .options, .patch, .connect, .trace, .other] {
            #expect(method.isSafe == safe.contains(method))
            #expect(method.isIdempotent == (safe + [.put, .delete]).contains(method))
        }
    }
}

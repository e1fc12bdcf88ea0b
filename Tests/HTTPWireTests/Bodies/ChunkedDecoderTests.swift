import HTTPWire
import Testing

/// What a chunked body came to, however it was cut.
private struct Decoded: Equatable {
    var body: [UInt8] = []
    var trailers: [String] = []
    /// Bytes of the body with its framing; nil while it is not whole.
    var length: Int?
    var refusal: HTTPParseError.Kind?

    /// Feeds the pieces one after the other.
    init(_ pieces: [[UInt8]], limits: HeadLimits = HeadLimits()) {
        var decoder = ChunkedDecoder(limits: limits)
        var before = 0
        do throws(HTTPParseError) {
            for piece in pieces where length == nil {
                try feed(piece, &decoder, before)
                before += piece.count
            }
        } catch {
            refusal = error.kind
        }
        trailers = decoder.trailers.map {
            String(decoding: decoder.trailerBytes[$0.name.range], as: UTF8.self) + "="
                + String(decoding: decoder.trailerBytes[$0.value.range], as: UTF8.self)
        }
    }

    private mutating func feed(_ piece: [UInt8], _ decoder: inout ChunkedDecoder, _ before: Int) throws(HTTPParseError)
    {
        var offset = 0
        // A span of UInt8 has no padding.
        let bytes = unsafe piece.span.bytes
        while true {
            switch try decoder.next(bytes, from: offset) {
            case .data(let range):
                #expect(range.count > 0)
                body += piece[range.range]
                offset = Int(range.end)
            case .needMore(let consumed):
                #expect(consumed == piece.count)
                return
            case .end(let consumed):
                length = before + consumed
                return
            }
        }
    }
}

@Suite("Chunked bodies")
struct ChunkedDecoderTests {
    static let accepted: [(String, String, [String])] = [
        ("0\r\n\r\n", "", []), ("5\r\nhello\r\n0\r\n\r\n", "hello", []),
        ("A\r\n0123456789\r\na\r\nabcdefghij\r\n000\r\n\r\n", "0123456789abcdefghij", []),
        ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello", []),
        ("5;a\r\nhello\r\n0;b\r\n\r\n", "hello", []), ("5;a=b;c=d\r\nhello\r\n0\r\n\r\n", "hello", []),
        ("5 ; a = b\t;c\r\nhello\r\n0\r\n\r\n", "hello", []),
        ("5;a=\"b;\\\"c\"\r\nhello\r\n0\r\n\r\n", "hello", []), ("5;a=\"\";b\r\nhello\r\n0\r\n\r\n", "hello", []),
        ("0\r\nX-Sum: abc\r\nx-two:\t d \r\n\r\n", "", ["X-Sum=abc", "x-two=d"]),
        ("1\r\na\r\n0\r\nX: y\r\n\r\n", "a", ["X=y"]),
    ]

    @Test("A valid body is the same however it is cut", arguments: accepted)
    func accepts(_ text: String, _ body: String, _ trailers: [String]) {
        let bytes = latin(text)
        let whole = Decoded([bytes + latin("GET / HTTP/1.1")])
        #expect(String(decoding: whole.body, as: UTF8.self) == body)
        #expect(whole.trailers == trailers && whole.length == bytes.count && whole.refusal == nil)
        #expect(Decoded(bytes.map { [$0] }) == whole)
        for index in 0...bytes.count {
            #expect(Decoded([[UInt8](bytes[..<index]), [UInt8](bytes[index...])]) == whole, "cut at \(index)")
            if index < bytes.count { #expect(Decoded([[UInt8](bytes[..<index])]).length == nil) }
        }
    }

    static let refused: [(String, HTTPParseError.Kind)] = [
        ("\r\n", .invalidChunkSize), ("5g\r\n", .invalidChunkSize), ("0x5\r\n", .invalidChunkSize),
        ("-0\r\n", .invalidChunkSize), ("+5\r\n", .invalidChunkSize), (" 5\r\n", .invalidChunkSize),
        (";a\r\n", .invalidChunkSize), ("5,5\r\n", .invalidChunkSize), ("5\u{0}\r\n", .invalidChunkSize),
        ("00000000000000005\r\n", .invalidChunkSize), ("7fffffffffffffff\r\n", .invalidChunkSize),
        ("ffffffffffffffff\r\n", .invalidChunkSize), ("100000000000000\r\n", .invalidChunkSize),
        ("5\n", .bareLineFeed), ("5;a\n", .bareLineFeed), ("5\rX", .bareCarriageReturn),
        ("5 \r\n", .invalidChunkExtension), ("5\t5\r\n", .invalidChunkExtension), ("5;\r\n", .invalidChunkExtension),
        ("5;;a\r\n", .invalidChunkExtension), ("5;a=\r\n", .invalidChunkExtension),
        ("5;=b\r\n", .invalidChunkExtension),
        ("5;a \r\n", .invalidChunkExtension), ("5;a b\r\n", .invalidChunkExtension),
        ("5;a=b c\r\n", .invalidChunkExtension), ("5;a=\"b\"c\r\n", .invalidChunkExtension),
        ("5;a=\"b\r\n", .invalidChunkExtension), ("5;a=\"\\\r\n", .invalidChunkExtension),
        ("5;a\u{1}\r\n", .invalidChunkExtension), ("5;a=b\u{0}\r\n", .invalidChunkExtension),
        ("5\r\nhelloX", .invalidChunkEnd), ("5\r\nhello\n", .invalidChunkEnd), ("5\r\nhello\rX", .invalidChunkEnd),
        ("5;" + String(repeating: "a", count: 1100) + "\r\n", .chunkExtensionsTooLarge),
        ("0\r\nbogus\r\n", .fieldWithoutColon), ("0\r\nX : y\r\n", .whitespaceBeforeColon),
        ("0\r\nX: y\r\n z\r\n", .obsoleteLineFolding), ("0\r\nX: y\n", .bareLineFeed), ("0\r\n\n", .bareLineFeed),
        ("0\r\nX: \u{1}\r\n", .controlInFieldValue), ("0\r\nX_Y: z\r\n", .underscoreInFieldName),
        ("0\r\nContent.Length: 1\r\n", .framingLookAlike),
    ]

    @Test("A malformed body is refused however it is cut", arguments: refused)
    func refuses(_ text: String, _ kind: HTTPParseError.Kind) {
        let bytes = latin(text)
        #expect(Decoded([bytes]).refusal == kind)
        #expect(Decoded(bytes.map { [$0] }).refusal == kind)
        for index in 0...bytes.count {
            #expect(Decoded([[UInt8](bytes[..<index]), [UInt8](bytes[index...])]).refusal == kind, "cut at \(index)")
        }
    }

    @Test("An application's trailers may have an underscore in their names, as the fields of its head may")
    func underscoreOfAnApplication() throws {
        var decoder = ChunkedDecoder(in: .response)
        let body = latin("0\r\nX_Y: z\r\n\r\n")
        // A span of UInt8 has no padding.
        guard case .end = try unsafe decoder.next(body.span.bytes, from: 0) else {
            Issue.record("the body has not come to its end")
            return
        }
        #expect(decoder.trailers.count == 1)
    }

    @Test("Tiny chunks with long extensions are refused in the end, honest tiny chunks are not")
    func overhead() {
        let padded = [[UInt8]](repeating: latin("1;x=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\nz\r\n"), count: 1000)
        #expect(Decoded(padded).refusal == .chunkExtensionsTooLarge)
        let plain = [[UInt8]](repeating: latin("1\r\nz\r\n"), count: 10_000)
        #expect(Decoded(plain).refusal == nil && Decoded(plain).body.count == 10_000)
    }

    @Test("More body than 63 bits count is refused, without a byte of it")
    func bodyLength() throws {
        var decoder = ChunkedDecoder()
        let chunk = latin("ffffffffffffff\r\n")
        // A span of UInt8 has no padding.
        #expect(try unsafe decoder.next(chunk.span.bytes, from: 0) == .needMore(consumed: chunk.count))
        #expect(decoder.bodyLength == (1 << 56) - 1)
    }

    @Test("A trailer section has the limits of a head")
    func trailerLimits() {
        let limits = HeadLimits(headBytes: 60, fields: 2, lineBytes: 30)
        #expect(Decoded([latin("0\r\nA: b\r\nC: d\r\n\r\n")], limits: limits).trailers == ["A=b", "C=d"])
        #expect(Decoded([latin("0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n")], limits: limits).refusal == .tooManyFields)
        let line = "A: " + String(repeating: "b", count: 30) + "\r\n"
        #expect(Decoded([latin("0\r\n" + line)], limits: limits).refusal == .fieldTooLarge)
        let endless = [[UInt8]](repeating: latin("x"), count: 100)
        #expect(Decoded([latin("0\r\n")] + endless, limits: limits).refusal == .headTooLarge)
    }

    @Test(
        "Trailers that frame, route, authenticate or identify are not forwarded",
        arguments: [
            "Content-Length", "Transfer-Encoding", "Host", "Authorization", "Cookie", "Set-Cookie", "Content-Type",
            "content-encoding", "X-Forwarded-For", "Connection", "TE", "Trailer", "Expect", "Cache-Control", "If-Match",
            "Sallyport-User", "Via", "Origin", "Upgrade", "Sec-Fetch-Mode", "X-HTTP-Method-Override", "Range",
            "X-Original-URL", "Location", "WWW-Authenticate",
        ])
    func forbiddenTrailers(_ name: String) {
        #expect(!mayForward(name))
    }

    @Test("Other trailers are", arguments: ["X-Checksum", "Digest", "ETag", "Server-Timing", "grpc-status", "Date"])
    func allowedTrailers(_ name: String) {
        #expect(mayForward(name))
    }

    private func mayForward(_ name: String) -> Bool {
        withBytes(name) { bytes, range in
            TrailerRules.mayForward(
                FieldLine(name: range, value: .empty, lineEnd: 0, known: KnownField(bytes)), in: bytes)
        }
    }
}

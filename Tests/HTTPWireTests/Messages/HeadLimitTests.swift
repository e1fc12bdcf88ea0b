import HTTPWire
import Testing

@Suite("Limits of heads")
struct HeadLimitTests {
    private static func fields(_ count: Int) -> String { (0..<count).map { "X-\($0): v\r\n" }.joined() }

    @Test("A head of the longest length is taken, one byte more is 431, complete or not")
    func headBytes() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 100) + "\r\n\r\n"
        let exact = HeadLimits(headBytes: text.utf8.count)
        let short = HeadLimits(headBytes: text.utf8.count - 1)
        #expect(ParsedRequest(text, limits: exact).outcome == .complete(headLength: text.utf8.count))
        #expect(ParsedRequest(text + "body", limits: exact).outcome == .complete(headLength: text.utf8.count))
        #expect(ParsedRequest(text, limits: short).outcome == .refused(.headTooLarge))
        #expect(ParsedRequest(latin(text).dropLast(1), limits: short).outcome == .refused(.headTooLarge))
        #expect(ParsedRequest(latin(text).dropLast(2), limits: short).outcome == .needMore)
    }

    @Test("The most fields are taken, one more is 431")
    func fieldCount() {
        let limits = HeadLimits(fields: 61)
        #expect(!ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n\(Self.fields(60))\r\n", limits: limits).outcome.isRefusal)
        #expect(
            ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n\(Self.fields(61))", limits: limits).outcome
                == .refused(.tooManyFields))
    }

    @Test("The longest line is taken, one byte more is 431, complete or not")
    func lineBytes() {
        let line = "X: " + String(repeating: "x", count: 95)
        let head = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(!ParsedRequest(head + line + "\r\n\r\n", limits: HeadLimits(lineBytes: 100)).outcome.isRefusal)
        #expect(
            ParsedRequest(head + line + "\r\n\r\n", limits: HeadLimits(lineBytes: 99)).outcome
                == .refused(.fieldTooLarge))
        #expect(
            ParsedRequest(head + line + "xx", limits: HeadLimits(lineBytes: 100)).outcome == .refused(.fieldTooLarge))
        #expect(ParsedRequest(head + line, limits: HeadLimits(lineBytes: 100)).outcome == .needMore)
    }

    @Test("The longest target is taken, one byte more is 414, complete or not")
    func targetBytes() {
        let target = "/" + String(repeating: "x", count: 99)
        let limits = HeadLimits(targetBytes: 100)
        #expect(!ParsedRequest("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits).outcome.isRefusal)
        #expect(
            ParsedRequest("GET \(target)x HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits).outcome
                == .refused(.targetTooLong))
        #expect(ParsedRequest("GET \(target)x", limits: limits).outcome == .refused(.targetTooLong))
        #expect(ParsedRequest("GET \(target)", limits: limits).outcome == .needMore)
        let small = HeadLimits(headBytes: 50, targetBytes: 100)
        #expect(ParsedRequest("GET \(target)", limits: small).outcome == .refused(.targetTooLong))
    }

    @Test("A method of 64 bytes is taken, a longer one is 501, complete or not")
    func methodBytes() {
        let method = String(repeating: "M", count: 64)
        #expect(!ParsedRequest("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n").outcome.isRefusal)
        #expect(ParsedRequest("\(method)M / HTTP/1.1\r\nHost: a\r\n\r\n").outcome == .refused(.methodTooLong))
        #expect(ParsedRequest("\(method)M").outcome == .refused(.methodTooLong))
        #expect(ParsedRequest(method).outcome == .needMore)
    }

    @Test("A response's limits are as strict")
    func response() {
        let head = "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 95) + "\r\n\r\n"
        #expect(!ParsedResponse(head, limits: HeadLimits(headBytes: head.utf8.count)).outcome.isRefusal)
        let short = HeadLimits(headBytes: head.utf8.count - 1)
        #expect(ParsedResponse(head, limits: short).outcome == .refused(.headTooLarge))
        #expect(
            ParsedResponse("HTTP/1.1 200 " + head, limits: HeadLimits(headBytes: 20)).outcome == .refused(.headTooLarge)
        )
        #expect(ParsedResponse(head, limits: HeadLimits(lineBytes: 90)).outcome == .refused(.fieldTooLarge))
        #expect(
            ParsedResponse("HTTP/1.1 200 OK\r\n\(Self.fields(5))", limits: HeadLimits(fields: 4)).outcome
                == .refused(.tooManyFields))
    }

    @Test("Parsing may be put off while no line has ended, and never past the point where the answer changes")
    func dripping() {
        let limits = HeadLimits(headBytes: 300, fields: 5, lineBytes: 100, targetBytes: 40)
        let heads = [
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\(Self.fields(6))\r\n",
            "GET / HTTP/1.1\r\n" + String(repeating: "X: yyyyyyyyyyyyyyy\r\n", count: 30),
        ]
        for head in heads {
            let bytes = [UInt8](head.utf8)
            var parsedUntil = 0
            var outcome = Outcome.needMore
            for length in 1...bytes.count where outcome == .needMore {
                let prefix = [UInt8](bytes[..<length])
                // A span of UInt8 has no padding.
                guard unsafe RequestHeadParser.mayProgress(prefix.span.bytes, from: parsedUntil, limits: limits) else {
                    if case .complete = ParsedRequest(prefix, limits: limits).outcome {
                        Issue.record("a complete head was not looked at")
                    }
                    continue
                }
                outcome = ParsedRequest(prefix, limits: limits).outcome
                parsedUntil = length
            }
            #expect(outcome != .needMore)
            #expect(outcome.isRefusal == ParsedRequest(bytes, limits: limits).outcome.isRefusal)
        }
    }
}

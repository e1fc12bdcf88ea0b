import HTTPWire
import Testing

@Suite("Cookies")
struct CookieScannerTests {
    private struct Scan {
        var access = ""
        var refresh = ""
        var others: [String] = []
        var refusal: HTTPParseError.Kind?
    }

    private func scan(_ values: [String], limits: CookieLimits = CookieLimits()) -> Scan {
        let request = ParsedRequest(
            "GET / HTTP/1.1\r\nHost: a\r\n" + values.map { "Cookie: \($0)\r\nX: y\r\n" }.joined() + "\r\n")
        #expect(request.outcome == .complete(headLength: request.bytes.count))
        var scanner = CookieScanner(names: ["access", "__Host-refresh-of-a-long-name"], limits: limits)
        var result = Scan()
        // A span of UInt8 has no padding.
        let bytes = unsafe request.bytes.span.bytes
        do throws(HTTPParseError) {
            try scanner.scan(request.head.table, in: bytes)
        } catch {
            result.refusal = error.kind
            return result
        }
        func text(_ match: CookieScanner.Match) -> String {
            switch match {
            case .absent: "-"
            case .found(let range): request.text(range)
            case .conflicting: "!"
            }
        }
        result.access = text(scanner.match(0))
        result.refresh = text(scanner.match(1))
        for field in request.head.fields where field.known == .cookie {
            let buffer = OutputBuffer()
            let isLeft = scanner.appendOthers(of: field.value, in: bytes, to: buffer)
            #expect(isLeft || buffer.isEmpty)
            result.others.append(isLeft ? buffer.string : "-")
        }
        #expect(scanner.hasMatches == (result.access != "-" || result.refresh != "-"))
        return result
    }

    @Test(
        "A cookie is found by its exact name, and the others stay as they are",
        arguments: [
            ("access=1", "1", "-"), ("a=b; access=1; c=d", "1", "a=b; c=d"), ("access=1; a=b", "1", "a=b"),
            ("a=b; access=1", "1", "a=b"), ("a=b;access=1;c=d", "1", "a=b;c=d"),
            ("a=b;  c=\"d e\" ;access=1", "1", "a=b;  c=\"d e\" "),
            ("access=", "", "-"), ("access=a=b==", "a=b==", "-"), (" access = x ", "x", "-"),
            ("ACCESS=1", "-", "ACCESS=1"),
            ("access", "-", "access"), ("xaccess=1; accessx=2; acces=3", "-", "xaccess=1; accessx=2; acces=3"),
            ("=access", "-", "=access"), (";;access=1;;", "1", ";;;"), ("a=b;", "-", "a=b;"), ("access=1;", "1", "-"),
            ("a=\"; access=1; b=\"", "1", "a=\"; b=\""),
            ("access=\"1\"", "\"1\"", "-"), ("a=1; a=2", "-", "a=1; a=2"), ("", "-", "-"),
        ])
    func finds(_ value: String, _ access: String, _ others: String) {
        let result = scan([value])
        #expect(result.access == access)
        #expect(result.others == [others])
    }

    @Test(
        "Several cookies of one name are one if they are equal, and none if they differ",
        arguments: [
            (["access=1; access=1"], "1"), (["access=1; access=2"], "!"), (["access=1", "access=1"], "1"),
            (["access=1", "access=2"], "!"), (["access=1; access=2; access=1"], "!"), (["access=; access=1"], "!"),
        ])
    func duplicates(_ values: [String], _ access: String) {
        #expect(scan(values).access == access)
        #expect(scan(values).others == values.map { _ in "-" })
    }

    @Test("Several names and fields are looked through in one go")
    func severalFields() {
        let result = scan(["a=1; __Host-refresh-of-a-long-name=R", "access=A; b=2"])
        #expect(result.access == "A" && result.refresh == "R")
        #expect(result.others == ["a=1", "b=2"])
    }

    @Test("Too many cookies and too many bytes of them are refused")
    func limits() {
        #expect(scan(["a=1; b=2", "c=3"], limits: CookieLimits(count: 3)).refusal == nil)
        #expect(scan(["a=1; b=2", "c=3"], limits: CookieLimits(count: 2)).refusal == .tooManyCookies)
        #expect(scan(["a=1; b=2", "c=3"], limits: CookieLimits(bytes: 11)).refusal == nil)
        #expect(scan(["a=1; b=2", "c=3"], limits: CookieLimits(bytes: 10)).refusal == .cookiesTooLarge)
        #expect(scan([String(repeating: ";", count: 200)]).refusal == .tooManyCookies)
    }

    @Test("A reused scanner forgets the request before")
    func reuse() throws {
        var scanner = CookieScanner(names: ["a"])
        for (text, expected) in [("Cookie: a=1", true), ("X: y", false), ("Cookie: b=1", false), ("Cookie: a=2", true)]
        {
            let request = ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n\(text)\r\n\r\n")
            // A span of UInt8 has no padding.
            try unsafe scanner.scan(request.head.table, in: request.bytes.span.bytes)
            #expect(scanner.hasMatches == expected)
            #expect((scanner.match(0) != .absent) == expected)
        }
    }

    @Test(
        "The name that an application sets is found as browsers and servers would",
        arguments: [
            ("sid=1; Path=/", "sid"), (" sid = 1", "sid"), ("sid", "sid"), ("sid; Path=/", "sid"), ("=sid=1", "sid"),
            ("=sid", "sid"), (" = sid=1", "sid"), ("", ""), ("; a=b", ""), ("a b=1", "a b"), ("SID=1;x=y", "SID"),
        ])
    func setCookie(_ value: String, _ name: String) {
        #expect(withBytes(value) { bytes, range in bytes.string(SetCookieName.range(of: range, in: bytes)) } == name)
    }
}

import HTTPWire
import Testing

@Suite("What a request head means")
struct RequestSemanticsTests {
    @Test(
        "A connection goes on or ends as version and Connection say",
        arguments: [
            ("HTTP/1.1", "X: y", true), ("HTTP/1.1", "Connection: close", false), ("HTTP/1.0", "X: y", false),
            ("HTTP/1.0", "Connection: Keep-Alive", true), ("HTTP/1.0", "Connection: keep-alive, close", false),
            ("HTTP/1.1", "Connection: keep-alive", true), ("HTTP/1.1", "Connection: x, Close", false),
            ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close", false),
        ])
    func persistence(_ version: String, _ field: String, _ keepsAlive: Bool) {
        let request = ParsedRequest("GET / \(version)\r\nHost: a\r\n\(field)\r\n\r\n")
        #expect(request.head.keepsAlive == keepsAlive)
    }

    @Test(
        "A client is told to continue only where it asks in HTTP/1.1 and has a body",
        arguments: [
            ("HTTP/1.1", "Content-Length: 1", true), ("HTTP/1.1", "Transfer-Encoding: chunked", true),
            ("HTTP/1.1", "X: y", false), ("HTTP/1.1", "Content-Length: 0", false),
            ("HTTP/1.0", "Content-Length: 1", false),
        ])
    func expectation(_ version: String, _ field: String, _ expects: Bool) {
        let request = ParsedRequest("POST / \(version)\r\nHost: a\r\nExpect: 100-continue\r\n\(field)\r\n\r\n")
        #expect(request.outcome == .complete(headLength: request.bytes.count))
        #expect(request.head.expectsContinue == expects)
    }

    @Test(
        "An upgrade needs HTTP/1.1, Connection: upgrade, an Upgrade field, and no body",
        arguments: [
            ("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket", true),
            ("HTTP/1.1", "Connection: keep-alive, upgrade\r\nUpgrade: websocket\r\nContent-Length: 0", true),
            ("HTTP/1.1", "Upgrade: websocket", false), ("HTTP/1.1", "Connection: upgrade", false),
            ("HTTP/1.0", "Connection: Upgrade\r\nUpgrade: websocket", false),
            ("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1", false),
            ("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked", false),
        ])
    func upgrade(_ version: String, _ fields: String, _ isUpgrade: Bool) {
        #expect(ParsedRequest("GET / \(version)\r\nHost: a\r\n\(fields)\r\n\r\n").head.isUpgrade == isUpgrade)
    }

    @Test("A Connection field takes away what it names, but nothing that is meant for all recipients")
    func nomination() {
        let request = ParsedRequest(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-one, Authorization, HOST, cookie\r\nX-One: 1\r\nX-Two: 2\r\n"
                + "Connection: X-THREE, close\r\nX-Three: 3\r\nAuthorization: x\r\nCookie: y\r\nKeep-Alive: 5\r\n\r\n")
        // A span of UInt8 has no padding.
        let bytes = unsafe request.bytes.span.bytes
        var nominated: [String] = []
        for field in request.head.fields where request.head.isNominated(field, in: bytes) {
            nominated.append(request.text(field.name))
        }
        #expect(nominated == ["X-One", "X-Three"])
        #expect(request.head.connectionOptions == [.close, .nominatesOthers])
    }

    @Test("Known fields are indexed: the first one, and how many there are")
    func index() {
        let request = ParsedRequest(
            "GET / HTTP/1.1\r\nCookie: a=1\r\nHost: a\r\nACCEPT: x\r\ncookie: b=2\r\nSallyport-X: 1\r\nCOOKIE: c=3\r\n\r\n"
        )
        #expect(request.head.first(.cookie).map { request.text($0.value) } == "a=1")
        #expect(request.head.count(of: .cookie) == 3)
        #expect(request.head.count(of: .accept) == 1)
        #expect(request.head.count(of: .sallyport) == 1)
        #expect(request.head.count(of: .via) == 0)
        #expect(request.head.first(.via) == nil)
    }

    @Test("A reused head forgets the request before")
    func reuse() throws {
        var head = RequestHead()
        let first = latin(
            "POST http://b/x HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        let second = latin("GET / HTTP/1.0\r\n\r\n")
        #expect(try RequestHeadParser.parse(first.span, limits: HeadLimits(), into: &head) == .complete)
        #expect(try RequestHeadParser.parse(second.span, limits: HeadLimits(), into: &head) == .complete)
        #expect(head.method == .get && head.minorVersion == 0 && head.framing == .none && head.fields.isEmpty)
        #expect(head.connectionOptions == [] && !head.expectsContinue && head.authority == nil)
        #expect(head.first(.host) == nil && head.parsedTarget.form == .origin)
    }

    @Test(
        "The parts of an absolute-form target are found",
        arguments: [
            ("http://a:80/x?y", "a:80", "/x?y", false), ("HTTPS://a?y", "a", "?y", true), ("http://a", "a", "", false),
        ])
    func absoluteForm(_ target: String, _ authority: String, _ path: String, _ isSecure: Bool) {
        let request = ParsedRequest("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(request.head.parsedTarget.form == .absolute)
        #expect(request.text(request.head.parsedTarget.authority) == authority)
        #expect(request.text(request.head.parsedTarget.pathAndQuery) == path)
        #expect(request.head.parsedTarget.isSecure == isSecure)
    }
}

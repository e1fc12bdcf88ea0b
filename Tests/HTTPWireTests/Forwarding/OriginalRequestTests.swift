import HTTPWire
import Testing

@Suite("Questions of fronts")
struct OriginalRequestTests {
    /// What a question came to.
    private enum Result: Equatable {
        case head(String)
        case fault(OriginalRequest.Fault)
        case none
    }

    private func ask(_ target: String, _ fields: [String], method: String = "GET") throws -> Result {
        let request = ParsedRequest(
            "\(method) \(target) HTTP/1.1\r\nHost: gate\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
        try #require(request.outcome == .complete(headLength: request.bytes.count))
        // A span of UInt8 has no padding.
        let bytes = unsafe request.bytes.span.bytes
        guard let form = OriginalRequest.form(request.head.parsedTarget.pathAndQuery, in: bytes) else { return .none }
        do throws(OriginalRequest.Fault) {
            let original = try OriginalRequest(request.head, form, in: bytes)
            let output = OutputBuffer()
            original.appendHead(request.head, in: bytes, to: output)
            return .head(output.string)
        } catch {
            return .fault(error)
        }
    }

    private static let client = "X-Forwarded-For: 192.0.2.1"
    private static let nginx = [
        "X-Original-Method: POST", "X-Original-URI: /a?b=c", "X-Forwarded-Host: shop:8443", client,
    ]
    private static let traefik = [
        "X-Forwarded-Method: POST", "X-Forwarded-Uri: /a?b=c", "X-Forwarded-Host: shop:8443", client,
    ]

    @Test("The fields of each front give the head that its client sent", arguments: [nginx, traefik])
    func fields(_ fields: [String]) throws {
        let expected = "POST /a?b=c HTTP/1.1\r\nHost: shop:8443\r\n\(Self.client)\r\nCookie: a=b\r\n\r\n"
        #expect(try ask("/.sallyport/authorize", fields + ["Cookie: a=b"]) == .head(expected))
    }

    @Test("A whole URL gives host, scheme and path")
    func url() throws {
        let fields = ["X-Original-Method: GET", "X-Original-URL: https://shop/a?b=http://c/", Self.client]
        let expected =
            "GET /a?b=http://c/ HTTP/1.1\r\nHost: shop\r\nX-Forwarded-Proto: https\r\n\(Self.client)\r\n\r\n"
        #expect(try ask("/.sallyport/authorize", fields) == .head(expected))
        #expect(
            try ask("/.sallyport/authorize", fields + ["X-Forwarded-Host: SHOP", "X-Forwarded-Proto: https"])
                == .head(expected))
    }

    @Test("A path behind the prefix comes with the method and the host of the question")
    func path() throws {
        let expected = "DELETE /a//b?c HTTP/1.1\r\nHost: gate\r\n\(Self.client)\r\n\r\n"
        #expect(try ask("/.sallyport/authorize/a//b?c", [Self.client], method: "DELETE") == .head(expected))
        #expect(
            try ask("/.sallyport/authorize/", [Self.client])
                == .head("GET / HTTP/1.1\r\nHost: gate\r\n\(Self.client)\r\n\r\n"))
        #expect(try ask("/.sallyport/authorize/a", [Self.client, "X-Forwarded-Host: other"]) == .fault(.conflicting))
        #expect(try ask("/.sallyport/authorize/a", [Self.client, "X-Original-URI: /b"]) == .fault(.conflicting))
    }

    @Test("Framing, connection and expectations of the question are not the client's")
    func framing() throws {
        let more = [
            "Content-Length: 0", "Connection: keep-alive, X-Private", "X-Private: 1", "Keep-Alive: 5", "TE: trailers",
        ]
        let expected = "POST /a?b=c HTTP/1.1\r\nHost: shop:8443\r\n\(Self.client)\r\n\r\n"
        #expect(try ask("/.sallyport/authorize", Self.nginx + more) == .head(expected))
    }

    @Test(
        "A handshake counts as one whatever of it the front passes on, and its key is anybody's",
        arguments: [
            ["Upgrade: websocket", "Connection: Upgrade"], ["Upgrade: WebSocket"], [], ["Sec-WebSocket-Key: abc"],
        ])
    func handshake(_ more: [String]) throws {
        let passed = ["Sec-WebSocket-Version: 13"] + more.filter { $0.hasPrefix("Sec-") }
        let key = passed.count == 1 ? "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" : ""
        let expected =
            "POST /a?b=c HTTP/1.1\r\nHost: shop:8443\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(key)"
            + "\(Self.client)\r\n" + passed.map { $0 + "\r\n" }.joined() + "\r\n"
        let fields = ["Sec-WebSocket-Version: 13"] + more
        #expect(try ask("/.sallyport/authorize", Self.nginx + fields) == .head(expected))
    }

    @Test(
        "A tunnel of another protocol is nothing to ask about",
        arguments: [
            ["Upgrade: h2c"], ["Upgrade: websocket, h2c"], ["Upgrade: websocket", "Upgrade: h2c"],
            ["HTTP2-Settings: AA"],
        ])
    func upgrade(_ fields: [String]) throws {
        #expect(try ask("/.sallyport/authorize", Self.nginx + fields) == .fault(.upgrade))
        #expect(try ask("/.sallyport/authorize/a", [Self.client] + fields) == .fault(.upgrade))
    }

    @Test(
        "What is missing is not made up",
        arguments: [
            (0, OriginalRequest.Fault.methodMissing), (1, .targetMissing), (2, .hostMissing), (3, .clientMissing),
        ])
    func missing(_ index: Int, _ fault: OriginalRequest.Fault) throws {
        for complete in [Self.nginx, Self.traefik] {
            var fields = complete
            fields.remove(at: index)
            #expect(try ask("/.sallyport/authorize", fields) == .fault(fault))
        }
    }

    @Test(
        "What is said twice has to be the same",
        arguments: [
            "X-Forwarded-Method: GET", "X-Forwarded-Method: post", "X-Forwarded-Uri: /other", "X-Original-URI: /A?b=c",
            "X-Original-URL: https://elsewhere/a?b=c", "X-Forwarded-Host: elsewhere", "X-Forwarded-Host: shop",
        ])
    func conflicting(_ field: String) throws {
        #expect(try ask("/.sallyport/authorize", Self.nginx + [field]) == .fault(.conflicting))
        #expect(try ask("/.sallyport/authorize", Self.nginx + Self.traefik) != .fault(.conflicting))
        #expect(
            try ask("/.sallyport/authorize", Self.nginx + ["X-Forwarded-Proto: http", "X-Forwarded-Proto: https"])
                == .fault(.conflicting))
    }

    @Test(
        "A field that holds something else than it is for is refused",
        arguments: [
            "X-Original-URI: a", "X-Original-URI: ", "X-Original-URL: ftp://shop/a", "X-Original-URL: https://shop",
            "X-Original-URL: https:/a", "X-Forwarded-Proto: https, http", "X-Forwarded-Proto: ws",
            "X-Original-Method: ",
        ])
    func malformed(_ field: String) throws {
        #expect(try ask("/.sallyport/authorize", [field] + Self.nginx) == .fault(.malformed))
    }

    @Test(
        "A front that does not name its client asks for nobody",
        arguments: [
            "X-Forwarded-For: unknown", "X-Forwarded-For: 192.0.2.1, unknown", "X-Forwarded-For: ",
            "Forwarded: for=unknown", "Forwarded: proto=https", "Forwarded: for=192.0.2.1,",
        ])
    func nobody(_ field: String) throws {
        let fields = Self.nginx.dropLast()
        #expect(try ask("/.sallyport/authorize", fields + [field]) == .fault(.clientMissing))
        #expect(
            try ask("/.sallyport/authorize", fields + ["Forwarded: for=\"[2001:db8::1]:4711\""])
                != .fault(.clientMissing))
    }

    @Test(
        "Other paths are no questions",
        arguments: ["/.sallyport/authorized", "/.sallyport/", "/a", "/.sallyport/authoriz"])
    func others(_ path: String) throws {
        #expect(try ask(path, Self.nginx) == .none)
    }

    @Test(
        "A canonical path has the segments of the one that came, or it has not",
        arguments: [
            ("/a/b", true), ("/%61/b", true), ("/a/%c3%a9", true), ("/a/", true), ("/", true), ("/a?b//../c", true),
            ("/a//b", false), ("/a/./b", false), ("/a/../b", false), ("/a/.", false), ("/a/..", false), ("/..", false),
            ("//", false), ("/a/%2e%2e/b", false), ("/%2E", false), ("/a/b/../../c/d", false),
            ("/..%3b/a", false), ("/a%3Bb", false), ("/a;b", true), ("/a%253Bb", true), ("/a?%3b", true),
        ])
    func segments(_ path: String, _ isKept: Bool) throws {
        let kept = try withBytes(path) { bytes, _ in
            Swift.Result {
                let output = OutputBuffer()
                _ = try CanonicalTarget.canonicalise(bytes, into: output)
                return unsafe CanonicalTarget.hasSegments(of: bytes, output.bytes)
            }
        }.get()
        #expect(kept == isKept)
    }
}

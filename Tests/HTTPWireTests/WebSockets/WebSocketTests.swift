import HTTPWire
import Testing

@Suite("WebSocket handshakes")
struct WebSocketTests {
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    private static let version = "Sec-WebSocket-Version: 13"
    private static let upgrade = "Connection: Upgrade\r\nUpgrade: WebSocket"

    private func request(_ fields: [String], method: String = "GET") -> ParsedRequest {
        ParsedRequest("\(method) /ws HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    private func handshake(_ request: borrowing ParsedRequest) throws(WebSocketRefusal) -> WebSocketHandshake {
        // A span of UInt8 has no padding.
        try unsafe WebSocketHandshake.parse(request.head, in: request.bytes.span.bytes)
    }

    @Test("A handshake of RFC 6455 is taken, and its key found")
    func accepts() throws {
        let request = request([Self.upgrade, Self.key, Self.version])
        let handshake = try handshake(request)
        #expect(request.text(handshake.key) == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(handshake.token == nil && handshake.offerCount == 0)
    }

    @Test(
        "A flawed handshake is refused for its flaw",
        arguments: [
            ("GET", ["X: y"], WebSocketRefusal.notAnUpgrade), ("POST", [upgrade, key, version], .method),
            ("GET", ["Connection: Upgrade\r\nUpgrade: websocket, h2c", key, version], .notAnUpgrade),
            ("GET", ["Connection: Upgrade\r\nUpgrade: h2c", key, version], .notAnUpgrade),
            ("GET", [upgrade, "Upgrade: websocket", key, version], .notAnUpgrade),
            ("GET", ["Upgrade: websocket", key, version], .notAnUpgrade), ("GET", [upgrade, version], .key),
            ("GET", [upgrade, key, key, version], .key), ("GET", [upgrade, "Sec-WebSocket-Key: abc", version], .key),
            ("GET", [upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=A", version], .key),
            ("GET", [upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ-==", version], .key),
            ("GET", [upgrade, key], .version), ("GET", [upgrade, key, "Sec-WebSocket-Version: 8"], .version),
            ("GET", [upgrade, key, version, version], .version),
            ("GET", [upgrade, key, version, "Sec-WebSocket-Protocol: a b"], .protocols),
            ("GET", [upgrade, key, version, "Sec-WebSocket-Protocol: bearer."], .malformedToken),
            ("GET", [upgrade, key, version, "Sec-WebSocket-Protocol: bearer.a!b"], .malformedToken),
            ("GET", [upgrade, key, version, "Sec-WebSocket-Protocol: bearer.a="], .malformedToken),
            ("GET", [upgrade, key, version, "Sec-WebSocket-Protocol: bearer.a, bearer.b"], .conflictingTokens),
        ])
    func refuses(_ method: String, _ fields: [String], _ refusal: WebSocketRefusal) {
        #expect(throws: refusal) { try handshake(request(fields, method: method)) }
    }

    @Test(
        "The token is taken out of the offers",
        arguments: [
            (["bearer.a.b-c_d"], "a.b-c_d", "-"), (["chat, bearer.x, superchat"], "x", "chat, superchat"),
            (["bearer.x", "chat"], "x", "chat"), (["chat", "v2, Bearer.x"], "x", "chat, v2"), (["chat"], "-", "chat"),
            (["bearer.x, bearer.x"], "x", "-"), (["bearer, bearerx"], "-", "bearer, bearerx"),
            ([",chat,,"], "-", "chat"),
        ])
    func token(_ protocols: [String], _ token: String, _ offers: String) throws {
        let request = request(
            [Self.upgrade, Self.key, Self.version] + protocols.map { "Sec-WebSocket-Protocol: " + $0 })
        let handshake = try handshake(request)
        #expect(handshake.token.map { request.text($0) } ?? "-" == token)
        let buffer = OutputBuffer()
        // A span of UInt8 has no padding.
        let isLeft = unsafe handshake.appendOffers(of: request.head, in: request.bytes.span.bytes, to: buffer)
        #expect((isLeft ? buffer.string : "-") == offers)
        #expect((handshake.offerCount > 0) == isLeft)
    }

    private func answer(_ offered: String, _ fields: [String], status: Int = 101) throws -> String {
        let request = request([Self.upgrade, Self.key, Self.version, "Sec-WebSocket-Protocol: " + offered])
        let handshake = try handshake(request)
        let response = ParsedResponse("HTTP/1.1 \(status) X\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
        // Spans of UInt8 have no padding.
        let answer = try unsafe WebSocketAnswer.parse(
            response.head, in: response.bytes.span.bytes, to: handshake, of: request.head,
            in: request.bytes.span.bytes)
        switch answer {
        case .chosen(let range): return response.text(range)
        case .tokenOffer(let range): return request.text(range)
        case .none: return "-"
        }
    }

    private static let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    @Test(
        "The client is told the application's choice, and its own token only where it offered nothing else",
        arguments: [
            ("chat, bearer.x", ["Sec-WebSocket-Protocol: chat"], "chat"), ("chat, bearer.x", [], "-"),
            ("bearer.x", [], "bearer.x"),
            ("a, b", ["Sec-WebSocket-Protocol: b"], "b"),
        ])
    func answers(_ offered: String, _ fields: [String], _ told: String) throws {
        #expect(try answer(offered, [Self.upgrade, Self.accept] + fields) == told)
    }

    @Test(
        "An answer that names what was not offered, the token above all, is refused",
        arguments: ["bearer.x", "Bearer.x", "other", "chat, v2", "CHAT", ""])
    func refusesChoice(_ chosen: String) {
        #expect(throws: WebSocketRefusal.protocolNotOffered) {
            try answer("chat, bearer.x", [Self.upgrade, Self.accept, "Sec-WebSocket-Protocol: " + chosen])
        }
    }

    @Test("An answer without the fields of a handshake is refused")
    func refusesAnswer() {
        let flawed: [[String]] = [
            [Self.upgrade], [Self.accept], ["Connection: Upgrade\r\nUpgrade: h2c", Self.accept],
            [Self.upgrade, Self.accept, Self.accept],
        ]
        for fields in flawed {
            #expect(throws: WebSocketRefusal.acceptance) { try answer("chat", fields) }
        }
        #expect(throws: WebSocketRefusal.acceptance) { try answer("chat", [Self.upgrade, Self.accept], status: 200) }
        #expect(throws: WebSocketRefusal.protocolNotOffered) {
            try answer(
                "chat", [Self.upgrade, Self.accept, "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"])
        }
    }

    @Test("Each refusal has its status and a sentence", arguments: WebSocketRefusal.allCases)
    func describes(_ refusal: WebSocketRefusal) {
        #expect([400, 426, 502].contains(refusal.status) && refusal.sentence.hasSuffix("."))
    }
}

import SallyportTesting
import Testing

/// RFC 6455 through the proxy; ATTACKS.md row 27.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct WebSocketTunnelTests {
    private static func echo(_ exchange: OriginExchange) throws {
        let offers = exchange.request.fields.elements("sec-websocket-protocol")
        try exchange.acceptWebSocketAndEcho(subprotocol: offers.first)
    }

    @Test(
        "A token in the subprotocol opens the tunnel, does not reach the application, and the chosen protocol comes back"
    )
    func subprotocol() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let agent = ("User-Agent", alice.userAgent!)
            let token = try #require(alice.access)
            let client = try proxy.client()
            let answer = try client.openWebSocket("/socket", [agent], subprotocols: "bearer.\(token), chat, other")
            #expect(answer.status == 101, "\(answer)")
            #expect(answer.header("sec-websocket-protocol") == "chat")
            let request = try #require(proxy.requests.last)
            #expect(request.header("x-user-id") == "alice")
            #expect(!request.description.contains(token))
            #expect(request.fields.elements("sec-websocket-protocol") == ["chat", "other"])
            #expect(request.fields.elements("connection") == ["upgrade"])
            for text in ["hello", String(repeating: "x", count: 100_000), ""] {
                try client.send(WebSocketFrame.text(text))
                let frame = try client.frame()
                #expect(frame.payload == Array(text.utf8))
            }
            let alone = try proxy.client()
            #expect(try alone.openWebSocket("/socket", [agent], subprotocols: "bearer.\(token)").status == 101)
            #expect(proxy.requests.last?.fields.contains("sec-websocket-protocol") == false)
        }
    }

    @Test("An expired token is refreshed on the way, and the new cookies come with the 101")
    func refresh() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let client = try proxy.client()
            let answer = try client.openWebSocket("/socket", alice.fields)
            #expect(answer.status == 101)
            #expect(answer.newAccess != nil && answer.newRefresh != nil)
            try client.send(WebSocketFrame.text("on"))
            #expect(try client.frame().payload == Array("on".utf8))
        }
    }

    @Test("Row 27: bytes before the 101 are not forwarded before it, and never to an application that refuses")
    func earlyBytes() async throws {
        let smuggled = MessageText.request("GET", "/smuggled")
        let received = Handover<[UInt8]>()
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.target == "/socket/refuse" {
                    try exchange.perform(.response(403, body: "no"))
                    return
                }
                if exchange.request.target == "/socket/accept" {
                    var early: [UInt8] = []
                    let wait = Deadline(in: .milliseconds(150))
                    _ = waitUntil(wait) {
                        early += (try? exchange.reader.socket.receiveSome()) ?? []
                        return !early.isEmpty
                    }
                    received.give(early)
                    try exchange.acceptWebSocketAndEcho()
                    return
                }
                try exchange.perform(.echo(try exchange.readBody()))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let refused = try proxy.client()
                let answer = try refused.openWebSocket("/socket/refuse", alice.fields, early: smuggled)
                #expect(answer.status == 403)
                #expect(refused.isClosedByPeer(), "what came behind is no request")
                let other = try proxy.client()
                #expect(try other.exchange("GET", "/public/next").json["path"] as? String == "/public/next")
                #expect(!proxy.requests.contains { $0.target == "/smuggled" })

                let early = try proxy.client()
                let accepted = try early.openWebSocket("/socket/accept", alice.fields, early: smuggled)
                #expect(received.take() == [])
                #expect(accepted.status == 101 || accepted.status == 400)
                #expect(!proxy.requests.contains { $0.target == "/smuggled" })
                #expect(proxy.origin.violations.isEmpty)
            })
    }

    @Test(
        "Row 27: bytes that come while the application decides are kept from it, whatever it decides",
        arguments: [101, 403])
    func bytesWhileDeciding(decision: Int) async throws {
        let gate = try Gate()
        let received = Handover<[UInt8]>()
        try await ProxyFixture.run(
            origin: { exchange in
                try gate.wait()
                var early: [UInt8] = []
                _ = waitUntil(Deadline(in: .milliseconds(150))) {
                    early += (try? exchange.reader.socket.receiveSome()) ?? []
                    return !early.isEmpty
                }
                received.give(early)
                if decision == 101 { return try exchange.acceptWebSocketAndEcho() }
                try exchange.perform(.response(403, body: "no"))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let upgrade = [
                    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                    ("Sec-WebSocket-Key", WebSocketKey.sample),
                ]
                let client = try proxy.client()
                try client.send(alice.bytes("GET", "/socket", upgrade))
                #expect(waitUntil { proxy.requests.count == 1 })
                try client.send(alice.bytes("GET", "/smuggled"))
                gate.open()
                let status = try client.response().status
                #expect(status == decision || status == 400)
                #expect(received.take() == [])
                #expect(client.isClosedByPeer() || decision == 101)
                #expect(!proxy.requests.contains { $0.target == "/smuggled" })
            })
    }

    @Test("The connection of a tunnel, or of a refused one, is not used for another request")
    func notReused() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.target == "/socket" { return try Self.echo(exchange) }
                if exchange.request.target == "/socket/refuse" {
                    return try exchange.perform(.response(403, body: "no"))
                }
                try exchange.perform(.echo(exchange.request))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let tunnel = try proxy.client()
                #expect(try tunnel.openWebSocket("/socket", alice.fields).status == 101)
                let refused = try proxy.client()
                #expect(try refused.openWebSocket("/socket/refuse", alice.fields).status == 403)
                let used = Set(proxy.requests.map { $0.connection })
                for _ in 0..<3 { #expect(try alice.request("GET", "/after").status == 200) }
                for request in proxy.requests where request.target == "/after" {
                    #expect(!used.subtracting([0]).contains(request.connection) || request.position == 0)
                }
                tunnel.close()
                #expect(waitUntil { proxy.origin.openConnectionCount <= 1 })
            })
    }

    @Test("The end of either side ends the tunnel for the other")
    func ends() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                if exchange.request.target == "/socket/bye" {
                    try exchange.send(WebSocketFrame.close(1001, "bye").bytes(isMasked: false))
                } else {
                    _ = try exchange.reader.rest()
                }
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let served = try proxy.client()
                #expect(try served.openWebSocket("/socket/bye", alice.fields).status == 101)
                #expect(try served.frame().closeCode == 1001)
                #expect(served.isClosedByPeer())
                let client = try proxy.client()
                #expect(try client.openWebSocket("/socket", alice.fields).status == 101)
                client.close()
                #expect(waitUntil { proxy.origin.openConnectionCount <= 1 })
            })
    }

    @Test("A tunnel without a byte for too long is closed")
    func idle() async throws {
        try await ProxyFixture.run(configure: { $0.limits.tunnelIdleTimeoutSeconds = 0.3 }, origin: Self.echo) {
            proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try proxy.client()
            #expect(try client.openWebSocket("/socket", alice.fields).status == 101)
            do { _ = try client.reader.rest() } catch { #expect(error as? SocketFailure == .reset) }
            #expect(waitUntil { proxy.origin.openConnectionCount <= 1 })
        }
    }

    @Test(
        "A handshake that is none is refused with its status",
        arguments: [
            ("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426),
            ("Sec-WebSocket-Version: 13\r\n", 400), ("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", 400),
        ])
    func handshake(fields: String, status: Int) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let own = alice.fields.map { "\($0.0): \($0.1)\r\n" }.joined()
            let client = try proxy.client()
            try client.send(
                "GET /socket HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(own)\(fields)\r\n"
            )
            let answer = try client.response()
            #expect(answer.status == status, "\(answer)")
            if status == 426 { #expect(answer.header("sec-websocket-version") == "13") }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "An application's 101 with a wrong acceptance or a protocol that nobody offered is 502",
        arguments: ["accept", "protocol", "upgrade"])
    func badAcceptance(flaw: String) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                let key = exchange.request.header("sec-websocket-key") ?? ""
                let accept = flaw == "accept" ? "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" : WebSocketKey.acceptance(of: key)
                let chosen = flaw == "protocol" ? "Sec-WebSocket-Protocol: unheard-of\r\n" : ""
                let upgrade = flaw == "upgrade" ? "h2c" : "websocket"
                try exchange.send(
                    "HTTP/1.1 101 S\r\nUpgrade: \(upgrade)\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n\(chosen)\r\n"
                )
                _ = try exchange.reader.rest()
                exchange.ending = .close
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try proxy.client()
                let answer = try client.openWebSocket("/socket", alice.fields, subprotocols: "chat")
                #expect(answer.status == 502, "\(answer)")
            })
    }

    @Test("Another protocol than websocket is not upgraded to: Upgrade is not forwarded")
    func otherProtocol() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request(
                "GET", "/",
                [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQ")])
            #expect(answer.status == 200)
            #expect(answer.echoed["upgrade"] == nil)
            #expect(answer.echoed["http2-settings"] == nil)
        }
    }

    @Test(
        "A cookie opens the tunnel too; without a token, or with a bad one, it stays shut and the client stays usable")
    func cookie() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try proxy.client()
            #expect(try client.openWebSocket("/socket", alice.fields).status == 101)
            try client.send(WebSocketFrame.text("ping"))
            #expect(try client.frame().payload == Array("ping".utf8))
            let before = proxy.requests.count
            for (fields, protocols) in [
                ([], nil), ([], "bearer.garbage"), ([], "chat"), ([("Authorization", "Bearer x")], nil),
            ] as [([(String, String)], String?)] {
                let stranger = try proxy.client()
                let answer = try stranger.openWebSocket("/socket", fields, subprotocols: protocols)
                #expect(answer.status == 401, "\(answer)")
                #expect(try stranger.exchange("GET", "/.sallyport/health").status == 200)
            }
            #expect(proxy.requests.count == before)
        }
    }

    @Test("A route that wants a websocket token takes no other")
    func tokenType() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/.sallyport/websocket-token", [("Sec-Fetch-Site", "same-origin")])
            let token = try #require(answer.json["token"] as? String)
            let agent = ("User-Agent", alice.userAgent!)
            let good = try proxy.client()
            #expect(
                try good.openWebSocket("/socket-token-only", [agent], subprotocols: "bearer.\(token)").status == 101)
            let access = try #require(alice.access)
            let bad = try proxy.client()
            expectRefusal(
                try bad.openWebSocket("/socket-token-only", [agent], subprotocols: "bearer.\(access)"), "token_type")
            let thief = try proxy.client(from: "127.0.0.2")
            expectRefusal(
                try thief.openWebSocket("/socket-token-only", [agent], subprotocols: "bearer.\(token)"),
                "binding_mismatch")
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Testing

/// Cross-site WebSocket hijacking: browsers let any page open a WebSocket anywhere, and send cookies along.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct UpgradeOriginTests {
    private static func echo(_ exchange: OriginExchange) throws {
        let offers = exchange.request.fields.elements("sec-websocket-protocol")
        try exchange.acceptWebSocketAndEcho(subprotocol: offers.first)
    }

    private static let loopback = AddressRange(
        bytes: Array(repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 0], prefixLength: 104)

    private func status(
        _ proxy: ProxyFixture, _ path: String, _ fields: [(String, String)], origin: String?, protocols: String? = nil
    ) throws -> Int {
        let more = origin.map { [("Origin", $0)] } ?? []
        return try proxy.client().openWebSocket(path, fields + more, subprotocols: protocols).status
    }

    @Test(
        "With cookies, a page of the same origin may open a WebSocket and a page of another one may not; a program sends no Origin",
        arguments: [
            ("https://shop.example", 101), ("http://shop.example", 101), ("https://SHOP.example:443", 101), (nil, 101),
            ("https://evil.example", 403), ("https://shop.example.evil.example", 403),
            ("https://shop.example:8443", 403), ("https://sub.shop.example", 403), ("null", 403), ("", 403),
            ("shop.example", 403), ("https://evil.example/https://shop.example", 403), ("file://", 403),
        ] as [(String?, Int)])
    func cookies(origin: String?, wanted: Int) async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let before = proxy.requests.count
            #expect(try status(proxy, "/socket", alice.fields, origin: origin) == wanted)
            #expect(proxy.requests.count == before + (wanted == 101 ? 1 : 0))
            guard wanted == 403 else { return }
            #expect(waitUntil { proxy.accessLog.contains(#""reason":"cross_origin""#) })
            proxy.clock.advance(bySeconds: 1900)
            let answer = try proxy.client().openWebSocket("/socket", alice.fields + [("Origin", origin ?? "")])
            #expect(answer.status == 403)
            #expect(answer.setCookies.isEmpty, "nothing is refreshed for a foreign page")
        }
    }

    @Test("A token that the page itself presents needs no origin, unless the route names some")
    func explicitToken() async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.routes.append(
                    ProxyFixture.route("/listed", .required) {
                        $0.accept = [.access, .websocket]
                        $0.websocket.allowedOrigins = ["https://app.example"]
                    })
                configuration.routes.append(
                    ProxyFixture.route("/open", .none) { $0.websocket.allowedOrigins = ["https://app.example"] })
            }, origin: Self.echo
        ) { proxy in
            let alice = try Browser.signedIn(proxy)
            let agent = [("User-Agent", alice.userAgent!)]
            let offer = "bearer.\(try #require(alice.access)), chat"
            #expect(try status(proxy, "/socket", agent, origin: "https://app.example", protocols: offer) == 101)
            for (origin, wanted) in [
                ("https://app.example", 101), ("https://shop.example", 101), ("https://evil.example", 403),
                ("http://app.example", 403),
            ] {
                #expect(try status(proxy, "/listed", agent, origin: origin, protocols: offer) == wanted)
                #expect(try status(proxy, "/listed", alice.fields, origin: origin) == wanted)
                #expect(try status(proxy, "/open", [], origin: origin) == wanted)
            }
            #expect(try status(proxy, "/listed", agent, origin: nil, protocols: offer) == 101)
            #expect(try status(proxy, "/optional", [], origin: "https://evil.example") == 101, "there is no cookie")
            #expect(try status(proxy, "/optional", alice.fields, origin: "https://evil.example") == 403)
        }
    }

    @Test("Two Origin fields, or a refresh cookie alone behind a foreign one, open nothing")
    func tricks() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            var alice = try Browser.signedIn(proxy)
            let two = [("Origin", "https://shop.example"), ("Origin", "https://evil.example")]
            #expect(try proxy.client().openWebSocket("/socket", alice.fields + two).status == 403)
            alice.access = nil
            #expect(try status(proxy, "/socket", alice.fields, origin: "https://evil.example") == 403)
            #expect(try status(proxy, "/socket", alice.fields, origin: "https://shop.example") == 101)
        }
    }

    @Test("Behind a trusted proxy, the origin is compared with what that one was asked for, scheme and all")
    func forwardedHost() async throws {
        try await ProxyFixture.run(
            configure: { $0.trustedProxies = [Self.loopback] }, origin: Self.echo
        ) { proxy in
            let alice = try Browser.signedIn(proxy)
            let forwarded =
                alice.fields + [
                    ("X-Forwarded-Host", "www.example"), ("X-Forwarded-Proto", "https"),
                ]
            #expect(try status(proxy, "/socket", forwarded, origin: "https://www.example") == 101)
            #expect(try status(proxy, "/socket", forwarded, origin: "http://www.example") == 403)
            #expect(try status(proxy, "/socket", forwarded, origin: "https://shop.example") == 403)
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": unsafe methods need a same-origin Origin or Sec-Fetch-Site when a cookie authenticates.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SameOriginTests {
    private static let loopback = AddressRange(
        bytes: Array(repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 0], prefixLength: 104)
    static let endpoints = ["refresh", "logout", "logout-everywhere", "websocket-token"]

    static let foreign: [[(String, String)]] = [
        [], Browser.otherPage, [("Origin", "null")], [("Origin", "https://evil.example")],
        [("Origin", "https://shop.example.evil.example")], [("Origin", "https://shop.example:8443")],
        [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "none")],
        [("Origin", "https://shop.example"), ("Sec-Fetch-Site", "cross-site")],
    ]

    @Test("Another site's page can do nothing with the cookies", arguments: endpoints, foreign.indices)
    func refuses(endpoint: String, index: Int) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/.sallyport/\(endpoint)", Self.foreign[index])
            #expect(answer.status == 403 && answer.json["error"] as? String == "forbidden")
            #expect(answer.setCookies.isEmpty)
            #expect(try alice.request().status == 200)
            // Not even a refresh that was due is set off.
            proxy.clock.advance(bySeconds: 1900)
            #expect(try alice.request("POST", "/.sallyport/\(endpoint)", Self.foreign[index]).status == 403)
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test(
        "The application's own page can",
        arguments: endpoints,
        [
            Browser.ownPage, [("Origin", "http://shop.example")], [("Sec-Fetch-Site", "same-origin")],
            [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")], [("Origin", "https://SHOP.example:443")],
        ])
    func allows(endpoint: String, fields: [(String, String)]) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/.sallyport/\(endpoint)", fields)
            #expect(answer.status == (endpoint == "websocket-token" ? 200 : 204))
        }
    }

    @Test("Host and scheme that a trusted proxy names count; those that a stranger names do not")
    func forwarded() async throws {
        let trusted = [
            ("X-Forwarded-Host", "www.shop.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1"),
        ]
        try await ProxyFixture.run(configure: { $0.trustedProxies = [Self.loopback] }) { proxy in
            var alice = Browser(proxy)
            _ = try alice.visit("POST", "/login", trusted, body: #"{"sub":"alice"}"#)
            func post(_ origin: String) throws -> Int {
                try alice.request("POST", "/.sallyport/websocket-token", trusted + [("Origin", origin)]).status
            }
            #expect(try post("https://www.shop.example") == 200)
            #expect(try post("http://www.shop.example") == 403)
            #expect(try post("https://shop.example") == 403)
        }
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            func post(_ origin: String) throws -> Int {
                try alice.request("POST", "/.sallyport/websocket-token", trusted + [("Origin", origin)]).status
            }
            #expect(try post("https://www.shop.example") == 403)
            #expect(try post("http://shop.example") == 200)
        }
    }

    @Test("A token in the body or a bearer token needs no origin")
    func tokens() async throws {
        try await ProxyFixture.run { proxy in
            let login = try proxy.client().exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            let bearer = [("Authorization", "Bearer \(login.json["access_token"] as? String ?? "")")]
            #expect(try proxy.client().exchange("POST", "/.sallyport/websocket-token", bearer).status == 200)
            let body = "refresh_token=\(login.json["refresh_token"] as? String ?? "")"
            let answer = try proxy.client().exchange(
                "POST", "/.sallyport/refresh", LogoutTests.form, body: body)
            #expect(answer.status == 200)
        }
    }
}

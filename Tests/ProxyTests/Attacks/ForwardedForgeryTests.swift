import SallyportConfiguration
import SallyportTesting
import Testing

/// ATTACKS.md rows 11, 17 and 30: what a stranger says about himself changes nothing; what a trusted proxy says counts.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ForwardedForgeryTests {
    private static let trusted = AddressRange(
        bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 9], prefixLength: 128)

    @Test(
        "Rows 11 and 17: from an untrusted peer no forwarding field steers route, path, binding or redirect",
        arguments: [
            ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1;host=evil;proto=https"),
            ("X-Forwarded-Host", "public.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Uri", "/public"),
            ("X-Original-URL", "/public"), ("X-Rewrite-URL", "/public"), ("X-Forwarded-Prefix", "/public"),
            ("X-Real-IP", "127.0.0.1"), ("X-Forwarded-Method", "OPTIONS"), ("X-HTTP-Method-Override", "OPTIONS"),
            ("X-Auth-Request-Redirect", "https://evil/"), ("True-Client-IP", "127.0.0.1"),
        ])
    func stranger(field: (String, String)) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var thief = alice
            thief.source = "127.0.0.2"
            expectRefusal(try thief.request("GET", "/private", [field]), "binding_mismatch")
            expectRefusal(try proxy.client().exchange("GET", "/private", [field]), "token_missing")
            let navigation = try proxy.client().exchange("GET", "/private", [field, ("Sec-Fetch-Mode", "navigate")])
            #expect(navigation.header("location")?.hasPrefix("/login") == true)
            #expect(navigation.header("location")?.contains("evil") == false)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("Row 17: the application is told the peer's address and the real host and protocol, not the client's claims")
    func told() async throws {
        try await ProxyFixture.run { proxy in
            let answer = try proxy.client(from: "127.0.0.3").exchange(
                "GET", "/public",
                [
                    ("Host", "shop.example"), ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Host", "evil"),
                    ("X-Forwarded-Proto", "https"), ("Forwarded", "for=10.0.0.1"), ("X-Forwarded-For", "10.0.0.2"),
                    ("X-Forwarded-Port", "1"), ("X-Real-IP", "10.0.0.1"),
                ])
            #expect(answer.status == 200)
            let request = try #require(proxy.requests.last)
            #expect(request.fields.all("x-forwarded-for") == ["127.0.0.3"])
            #expect(request.fields.all("x-forwarded-proto") == ["http"])
            #expect(request.fields.all("x-forwarded-host") == ["shop.example"])
            #expect(!request.description.contains("10.0.0."), "\(request)")
            #expect(!request.description.contains("evil"))
            #expect(request.header("forwarded")?.contains("127.0.0.3") == true)
            #expect(request.header("via")?.hasPrefix("1.1 ") == true)
        }
    }

    @Test("A trusted proxy's X-Forwarded-For names the client, the right-most untrusted one")
    func trustedPeer() async throws {
        try await ProxyFixture.run(configure: { $0.trustedProxies = [Self.trusted] }) { proxy in
            var alice = Browser(proxy, from: "127.0.0.9")
            let chain = "6.6.6.6, 198.51.100.7, 127.0.0.9"
            let login = try alice.visit("POST", "/login", [("X-Forwarded-For", chain)], body: #"{"sub":"alice"}"#)
            #expect(login.status == 200)
            #expect(try alice.request("GET", "/", [("X-Forwarded-For", "198.51.100.7")]).status == 200)
            #expect(try alice.request("GET", "/", [("Forwarded", "for=198.51.100.7")]).status == 200)
            #expect(try alice.request("GET", "/", [("X-Forwarded-For", "1.2.3.4, 198.51.100.7")]).status == 200)
            expectRefusal(try alice.request("GET", "/", [("X-Forwarded-For", "6.6.6.6")]), "binding_mismatch")
            expectRefusal(
                try alice.request("GET", "/", [("X-Forwarded-For", "198.51.100.7, 6.6.6.6")]), "binding_mismatch")
            var direct = alice
            direct.source = "127.0.0.1"
            expectRefusal(try direct.request("GET", "/", [("X-Forwarded-For", "198.51.100.7")]), "binding_mismatch")
            #expect(proxy.requests.last?.fields.elements("x-forwarded-for").contains("198.51.100.7") == true)
        }
    }

    @Test("Row 30: an IPv4 address and its mapped form are one client")
    func mapped() async throws {
        try await ProxyFixture.run(configure: { $0.trustedProxies = [Self.trusted] }) { proxy in
            var alice = Browser(proxy, from: "127.0.0.9")
            _ = try alice.visit("POST", "/login", [("X-Forwarded-For", "10.0.0.1")], body: #"{"sub":"alice"}"#)
            for spelling in ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1"] {
                #expect(try alice.request("GET", "/", [("X-Forwarded-For", spelling)]).status == 200, "\(spelling)")
            }
            for spelling in ["10.0.0.2", "::ffff:10.0.0.2", "::10.0.0.1"] {
                expectRefusal(try alice.request("GET", "/", [("X-Forwarded-For", spelling)]), "binding_mismatch")
            }
        }
    }

    @Test("A request id is made for a stranger and kept from a trusted proxy; the answer carries it")
    func requestIdentifier() async throws {
        try await ProxyFixture.run(configure: { $0.trustedProxies = [Self.trusted] }) { proxy in
            let stranger = try proxy.client().exchange("GET", "/public", [("X-Request-Id", "mine")])
            let made = try #require(stranger.echoed["x-request-id"])
            #expect(made != "mine" && !made.isEmpty)
            let kept = try proxy.client(from: "127.0.0.9").exchange("GET", "/public", [("X-Request-Id", "trace-7")])
            #expect(kept.echoed["x-request-id"] == "trace-7")
            let refused = try proxy.client(from: "127.0.0.9").exchange("GET", "/", [("X-Request-Id", "trace-8")])
            #expect(refused.json["request_id"] as? String == "trace-8")
        }
    }
}

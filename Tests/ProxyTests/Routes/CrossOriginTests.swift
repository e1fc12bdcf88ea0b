import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// `routes[].csrf`: with nothing but cookies, pages of other origins change nothing.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct CrossOriginTests {
    private static let loopback = AddressRange(
        bytes: Array(repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 0], prefixLength: 104)
    private static let own = "https://shop.example"

    static let foreign: [[(String, String)]] = [
        Browser.otherPage, [("Origin", "null")], [("Origin", "https://evil.example")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "same-site"), ("Origin", "https://cdn.shop.example")],
        [("Origin", "https://shop.example.evil")], [("Origin", "https://shop.example:8443")],
        [("Origin", "shop.example")],
        [("Origin", "https://user@shop.example")], [("Sec-Fetch-Site", "Same-Origin")],
        [("Origin", own), ("Sec-Fetch-Site", "cross-site")], [("Origin", own), ("Origin", "https://evil.example")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    ]

    @Test(
        "Another site's page can change nothing with the cookies, and sets no refresh off", arguments: foreign.indices)
    func refuses(index: Int) async throws {
        try await ProxyFixture.run { proxy throws in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
                for target in ["/orders", "/optional", "/account"] {
                    let answer = try alice.request(method, target, Self.foreign[index], body: "x=1")
                    #expect(answer.status == 403 && answer.json["error"] as? String == "cross_origin", "\(answer)")
                    #expect(answer.setCookies.isEmpty)
                }
            }
            #expect(proxy.requests.isEmpty && proxy.store.count(of: .rotate) == 0)
            for method in ["GET", "HEAD", "OPTIONS"] {
                #expect(try alice.request(method, "/orders", Self.foreign[index]).status == 200)
            }
        }
    }

    @Test(
        "The application's own page can, and so can a program that is no browser",
        arguments: [
            Browser.ownPage, [("Origin", own)], [("Origin", "http://SHOP.example:80")],
            [("Sec-Fetch-Site", "same-origin")],
            [("Sec-Fetch-Site", "none")], [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")], [],
        ])
    func allows(fields: [(String, String)]) async throws {
        try await ProxyFixture.run { proxy throws in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request("POST", "/orders", fields, body: "x=1").status == 200)
        }
    }

    @Test("Who brings a bearer token, or no credential, is not asked; nor is a route without authentication")
    func exempt() async throws {
        try await ProxyFixture.run { proxy throws in
            let login = try proxy.client().exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            let bearer = ("Authorization", "Bearer \(login.json["access_token"] as? String ?? "")")
            #expect(try proxy.client().exchange("POST", "/orders", [bearer] + Browser.otherPage).status == 200)
            expectRefusal(try proxy.client().exchange("POST", "/orders", Browser.otherPage), "token_missing")
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request("POST", "/public", Browser.otherPage).status == 200)
            // Another scheme is no credential of ours: the cookies decide.
            let basic = [("Authorization", "Basic YTpi")] + Browser.otherPage
            #expect(try alice.request("POST", "/orders", basic).status == 403)
            // An application that may sign users out is asked on behalf of whom, also where nobody is verified.
            #expect(try alice.request("POST", "/login", Browser.otherPage, body: #"{"sub":"mallory"}"#).status == 403)
            var only = alice
            only.access = nil
            #expect(try only.request("POST", "/orders", Browser.otherPage).status == 403, "the refresh cookie alone")
        }
    }

    @Test("A parameter of the query, which any page can write, does not make cookies count less")
    func queryBesideCookies() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(
                ProxyFixture.route("/leave", .none) {
                    $0.tokenSources = [.query, .cookie]
                    $0.mayIssueSessions = true
                })
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request("POST", "/leave?access_token=x", Browser.otherPage).status == 403)
            #expect(try alice.request("POST", "/leave?access_token=x", Browser.ownPage).status == 200)
            #expect(try proxy.client().exchange("POST", "/leave?access_token=x", Browser.otherPage).status == 200)
        }
    }

    @Test("A route may trust origins, its site, and whom CORS lets in with credentials; it may look away")
    func exceptions() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(
                ProxyFixture.route("/listed", .required) { $0.csrf.allowedOrigins = ["https://*.partner.example"] })
            configuration.routes.append(
                ProxyFixture.route("/site", .required) { $0.csrf.allowsSameSite = true })
            configuration.routes.append(
                ProxyFixture.route("/cors", .required) {
                    $0.cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
                })
            configuration.routes.append(
                ProxyFixture.route("/public-cors", .required) {
                    $0.cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
                    $0.cors?.allowsCredentials = false
                })
            configuration.routes.append(ProxyFixture.route("/off", .required) { $0.csrf.isEnabled = false })
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            func post(_ target: String, _ origin: String, _ site: String?) throws -> Int {
                let fields = [("Origin", origin)] + (site.map { [("Sec-Fetch-Site", $0)] } ?? [])
                return try alice.request("POST", target, fields).status
            }
            for site in ["cross-site", nil] {
                #expect(try post("/listed", "https://a.partner.example", site) == 200)
                #expect(try post("/listed", "https://partner.example", site) == 403)
                #expect(try post("/cors", "https://app.example", site) == 200)
                #expect(try post("/public-cors", "https://app.example", site) == 403)
                #expect(try post("/off", "https://evil.example", site) == 200)
            }
            #expect(try post("/site", "https://cdn.shop.example", "same-site") == 200)
            #expect(try post("/site", "https://cdn.shop.example", "cross-site") == 403)
        }
    }

    @Test("A refusal can be read by a page that CORS allows, and the access log says why")
    func told() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(
                ProxyFixture.route("/api", .required) {
                    $0.cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
                    $0.cors?.allowsCredentials = false
                })
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/api", [("Origin", "https://app.example")])
            #expect(answer.status == 403)
            #expect(answer.header("access-control-allow-origin") == "https://app.example")
            #expect(waitUntil { proxy.accessLog.contains(#""reason":"cross_origin""#) })
            let events = proxy.server.server.counters.families().first { $0.name == "route_events_total" }
            #expect(events?.samples.first { $0.label == "cross_origin" }?.value == 1)
        }
    }

    @Test("The host that a trusted proxy names counts; one that a stranger names does not")
    func forwarded() async throws {
        let named = [("X-Forwarded-Host", "www.shop.example"), ("X-Forwarded-Proto", "https")]
        for isTrusted in [true, false] {
            try await ProxyFixture.run(configure: { if isTrusted { $0.trustedProxies = [Self.loopback] } }) {
                proxy throws in
                let alice = try Browser.signedIn(proxy)
                func post(_ origin: String) throws -> Int {
                    try alice.request("POST", "/orders", named + [("Origin", origin)]).status
                }
                #expect(try post("https://www.shop.example") == (isTrusted ? 200 : 403))
                #expect(try post("https://shop.example") == (isTrusted ? 403 : 200))
                #expect(try post("http://www.shop.example") == 403)
                let several = [("X-Forwarded-Host", "a.example, shop.example"), ("Origin", "https://shop.example")]
                #expect(try alice.request("POST", "/orders", several).status == (isTrusted ? 403 : 200))
            }
        }
    }
}

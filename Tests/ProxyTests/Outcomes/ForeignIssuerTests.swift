import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §9: `issuers`. Row 18 and 19 of the list of attacks, and row 6: what a route asks for is asked of warm tokens too.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ForeignIssuerTests {
    private static func run(
        _ issuers: [SignedIssuer], change: (inout ProxyConfiguration) -> Void = { _ in },
        _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        let entries = try issuers.map { issuer in
            var entry = IssuerConfiguration(
                issuer: issuer.name, audiences: ["api://shop"], keys: .file(try issuer.keys()))
            entry.claims = [("roles", "realm_access.roles")]
            return entry
        }
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.issuers = entries
                configuration.routes += [
                    ProxyFixture.route("/own", .required) { $0.issuers = [RouteConfiguration.ownIssuer] },
                    ProxyFixture.route("/foreign", .required) { $0.issuers = [issuers[0].name] },
                    ProxyFixture.route("/admin", .required) {
                        $0.requirements = ClaimRequirements([.init("roles", .any, ["admin"])])
                    },
                ]
                change(&configuration)
            }, body)
    }

    private func get(_ proxy: ProxyFixture, _ path: String, _ token: String, _ more: [(String, String)] = []) throws
        -> RawResponse
    {
        try proxy.client().exchange("GET", path, [("Authorization", "Bearer \(token)")] + more)
    }

    @Test(
        "A foreign token opens the routes that take its issuer, with its mapped claims, from any client, without the store"
    )
    func accepted() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let token = try issuer.token(now: proxy.clock.now) { $0["realm_access"] = ["roles": ["admin", "x"]] }
            for agent in ["one", "two"] {
                for _ in 0..<2 {
                    let answer = try get(proxy, "/admin", token, [("User-Agent", agent), ("X-User-Id", "root")])
                    #expect(answer.status == 200)
                    #expect(answer.echoed["x-user-id"] == "carol")
                    #expect(answer.echoed["x-user-roles"] == "admin,x")
                    #expect(answer.echoed["x-token-id"] == "t-1")
                    #expect(answer.echoed["authorization"] == nil)
                }
            }
            #expect(try get(proxy, "/foreign", token).status == 200)
            expectRefusal(try get(proxy, "/own", token), "token_issuer")
            expectRefusal(try get(proxy, "/socket-token-only", token), "token_type")
            #expect(proxy.store.count(of: .verdict) == 0, "no allow-list is asked")
            #expect(proxy.store.count(of: .denial) == 3, "the deny-list is, once for each client")
            let clerk = try issuer.token(now: proxy.clock.now)
            for _ in 0..<2 { expectRefusal(try get(proxy, "/admin", clerk), "claims_insufficient", status: 403) }
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request("GET", "/own").status == 200)
            expectRefusal(try alice.request("GET", "/foreign"), "token_issuer")
        }
    }

    @Test("A bad foreign token is refused for its reason, and never refreshed by a cookie of ours")
    func refused() async throws {
        let issuer = try SignedIssuer()
        let stranger = try SignedIssuer()
        try await Self.run([issuer], change: { $0.tokens.issuer = "https://gate.example" }) { proxy in
            let now = proxy.clock.now
            let alice = try Browser.signedIn(proxy)
            let rows: [(String, String)] = [
                (try stranger.token(now: now), "token_signature"),
                (try stranger.token(stranger.claims(now: now), header: ["kid": "k9"]), "token_key_unknown"),
                (try issuer.token(now: now) { $0["iss"] = "https://evil.example" }, "token_issuer"),
                (try issuer.token(now: now) { $0["aud"] = "api://other" }, "token_audience"),
                (try issuer.token(now: now) { $0["exp"] = .integer(now) }, "token_expired"),
                (try issuer.token(now: now) { $0["nbf"] = .integer(now + 60) }, "token_not_yet_valid"),
                (try issuer.token(now: now) { $0["type"] = "refresh" }, "token_type"),
                (try issuer.token(now: now, header: ["typ": "JWT"]) { $0["nonce"] = "n" }, "token_type"),
                (try issuer.token(now: now) { $0["cnf"] = ["jkt": "x"] }, "binding_mismatch"),
            ]
            for (token, code) in rows {
                let answer = try alice.request("GET", "/", [("Authorization", "Bearer \(token)")])
                expectRefusal(answer, code)
                #expect(answer.setCookies.isEmpty, "no cookie heals it, and none is lost over it")
            }
            #expect(proxy.requests.isEmpty)
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test("A warm foreign token ends with its exp, also beside a refresh cookie")
    func expiry() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let alice = try Browser.signedIn(proxy)
            let token = try issuer.token(now: proxy.clock.now)
            let bearer = [("Authorization", "Bearer \(token)")]
            #expect(try alice.request("GET", "/", bearer).echoed["x-user-id"] == "carol")
            proxy.clock.advance(bySeconds: 599)
            let last = try alice.request("GET", "/", bearer)
            #expect(last.status == 200 && last.setCookies.isEmpty)
            proxy.clock.advance(bySeconds: 1)
            expectRefusal(try alice.request("GET", "/", bearer), "token_expired")
            let open = try alice.request("GET", "/optional", bearer)
            #expect(open.status == 200 && open.echoed["x-user-id"] == nil)
        }
    }

    @Test("Row 18: a foreign token reaches no session of ours, whatever it calls its own")
    func sessions() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let alice = try Browser.signedIn(proxy)
            let session = try TokenForge(try #require(alice.access)).text("sid")
            let token = try issuer.token(now: proxy.clock.now) {
                $0["sub"] = "alice"
                $0["sid"] = .string(session)
            }
            let bearer = [("Authorization", "Bearer \(token)")]
            let client = try proxy.client()
            let shown = try client.exchange("GET", "/.sallyport/session", bearer)
            #expect(shown.status == 200)
            #expect(shown.json["sub"] as? String == "alice" && shown.json["sid"] as? String == session)
            expectRefusal(try client.exchange("POST", "/.sallyport/websocket-token", bearer), "token_issuer")
            expectRefusal(
                try client.exchange(
                    "POST", "/.sallyport/refresh", [("Content-Type", "application/json")],
                    body: #"{"refresh_token":"\#(token)"}"#), "token_type")
            #expect(try client.exchange("POST", "/.sallyport/logout-everywhere", bearer).status == 204)
            #expect(try client.exchange("POST", "/.sallyport/logout", bearer).status == 204)
            #expect(try alice.request("GET", "/").status == 200, "the session of the same name lives")
        }
    }

    @Test("A foreign token is asked about once, and a sign-out with it denies that token, warm or cold, and no other")
    func logout() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let first = try issuer.token(now: proxy.clock.now)
            let second = try issuer.token(now: proxy.clock.now) { $0["jti"] = "t-2" }
            let unnamed = try issuer.token(now: proxy.clock.now) { $0["jti"] = nil }
            for token in [first, second, unnamed] {
                for _ in 0..<3 { #expect(try get(proxy, "/", token).status == 200) }
            }
            #expect(proxy.store.count(of: .denial) == 3)
            for token in [first, unnamed] {
                let answer = try proxy.client().exchange(
                    "POST", "/.sallyport/logout", [("Authorization", "Bearer \(token)")])
                #expect(answer.status == 204)
                for agent in ["same", "another"] {
                    expectRefusal(try get(proxy, "/", token, [("User-Agent", agent)]), "token_revoked")
                }
            }
            #expect(try get(proxy, "/", second).status == 200)
            #expect(waitUntil { proxy.auditLog.contains(#""event":"token.revoked""#) })
        }
    }

    @Test("A sign-out everywhere denies what the user had until then, and a later token is good")
    func logoutEverywhere() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let tokens = try ["t-1", "t-2"].map { name in
                try issuer.token(now: proxy.clock.now) { $0["jti"] = .string(name) }
            }
            let dave = try issuer.token(now: proxy.clock.now) {
                $0["sub"] = "dave"
                $0["jti"] = "t-4"
            }
            for token in tokens + [dave] { #expect(try get(proxy, "/", token).status == 200) }
            let answer = try proxy.client().exchange(
                "POST", "/.sallyport/logout-everywhere", [("Authorization", "Bearer \(tokens[0])")])
            #expect(answer.status == 204)
            for token in tokens { expectRefusal(try get(proxy, "/", token), "token_revoked") }
            #expect(try get(proxy, "/", dave).status == 200)
            proxy.clock.advance(bySeconds: 1)
            let later = try issuer.token(now: proxy.clock.now) { $0["jti"] = "t-3" }
            #expect(try get(proxy, "/", later).status == 200)
        }
    }

    @Test("An application that ends the session of a foreign token has it denied, or all of its user")
    func applicationOrder() async throws {
        let issuer = try SignedIssuer()
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.issuers = [
                    IssuerConfiguration(
                        issuer: issuer.name, audiences: ["api://shop"], keys: .file(issuer.keysOrNone))
                ]
            },
            origin: { exchange in
                let order = exchange.request.target == "/account/all" ? "all" : "session"
                try exchange.perform(.response(200, [("Sallyport-End-Session", order)], body: "bye"))
            }
        ) { proxy in
            for (path, rest) in [("/account/one", 200), ("/account/all", 401)] {
                let names = ["a\(path)", "b\(path)"]
                let tokens = try names.map { name in
                    try issuer.token(now: proxy.clock.now) { $0["jti"] = .string(name) }
                }
                #expect(try get(proxy, path, tokens[0]).status == 200)
                expectRefusal(try get(proxy, "/x", tokens[0]), "token_revoked")
                #expect(try get(proxy, "/x", tokens[1]).status == rest)
            }
        }
    }

    @Test("A store that cannot say whether a foreign token was denied is 503, and a warm one goes on")
    func storeFailure() async throws {
        let issuer = try SignedIssuer()
        try await Self.run([issuer]) { proxy in
            let warm = try issuer.token(now: proxy.clock.now)
            let cold = try issuer.token(now: proxy.clock.now) { $0["jti"] = "t-2" }
            #expect(try get(proxy, "/", warm).status == 200)
            proxy.store.set(.fails(.unreachable))
            #expect(try get(proxy, "/", warm).status == 200)
            expectRefusal(try get(proxy, "/", cold), "store_unavailable", status: 503)
            let answer = try proxy.client().exchange(
                "POST", "/.sallyport/logout", [("Authorization", "Bearer \(warm)")])
            expectRefusal(answer, "store_unavailable", status: 503)
            proxy.store.set(.works)
            #expect(try get(proxy, "/", cold).status == 200)
        }
    }

    @Test("Other keys of a reload decide about warm tokens, and an issuer that is gone is refused")
    func reload() async throws {
        let issuer = try SignedIssuer()
        let next = try SignedIssuer(keyIdentifier: "k2")
        try await Self.run([issuer]) { proxy in
            let token = try issuer.token(now: proxy.clock.now)
            #expect(try get(proxy, "/", token).status == 200)
            var configuration = proxy.server.server.configuration
            configuration.issuers[0].keys = .file(try next.keys())
            try proxy.server.server.reload(configuration)
            #expect(try waitUntil { try get(proxy, "/", token).code == "token_key_unknown" })
            #expect(try get(proxy, "/", next.token(now: proxy.clock.now)).status == 200)
            configuration.issuers = []
            try proxy.server.server.reload(configuration)
            #expect(try waitUntil { try get(proxy, "/", next.token(now: proxy.clock.now)).status == 401 })
        }
    }

    @Test("Forged headers of a key's place are not followed, and a public key is no secret")
    func keyConfusion() async throws {
        let issuer = try SignedIssuer(algorithm: .rs256)
        try await Self.run([issuer]) { proxy in
            var forge = try TokenForge(issuer.token(now: proxy.clock.now))
            for algorithm in ["HS256", "none"] {
                forge.header = #"{"alg":"\#(algorithm)","kid":"k1","typ":"at+jwt"}"#
                let secret = Array((issuer.jwk["n"]?.string ?? "").utf8)
                expectRefusal(try get(proxy, "/", forge.signed(with: secret)), "token_signature")
            }
            forge.header = #"{"alg":"RS256","kid":"k1","jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/"}"#
            expectRefusal(try get(proxy, "/", forge.signed()), "token_signature")
        }
    }
}

import SallyportTesting
import Testing
import Tokens

/// ATTACKS.md rows 2, 3, 5, 6, 14, 18, 24 and 29: what must never be taken for a token.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct TokenForgeryTests {
    @Test(
        "Row 2: no algorithm but the key's own opens anything, signed or not",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"NoNe"}"#, #"{"alg":"NONE","typ":"JWT"}"#, #"{"typ":"JWT"}"#, #"{}"#,
            #"{"alg":""}"#, #"{"alg":null}"#, #"{"alg":"HS512"}"#, #"{"alg":"RS256"}"#, #"{"alg":["HS256"]}"#,
            #"{"alg":"hs256"}"#, #"{"alg":"HS256 "}"#, #"{"alg":"HS256","alg":"none"}"#,
        ])
    func algorithm(header: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var forge = try TokenForge(try #require(alice.access))
            forge.header = header
            let signed = try forge.signed()
            let unsigned = signed[...(signed.lastIndex(of: ".") ?? signed.startIndex)]
            for token in [signed, String(unsigned), String(unsigned.dropLast())] {
                let answer = try proxy.client().exchange(
                    "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(token)")])
                #expect(answer.status == 401)
                #expect(["token_malformed", "token_signature"].contains(answer.code ?? ""), "\(answer)")
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("Row 2: a token signed with an empty or a guessed secret is refused; with the secret itself it is not")
    func secret() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let forge = try TokenForge(try #require(alice.access))
            for secret in ["", "secret", "your-256-bit-secret", "0123456789abcdef0123456789abcdeF"] {
                let token = try forge.signed(with: Array(secret.utf8))
                let answer = try proxy.client().exchange(
                    "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(token)")])
                expectRefusal(answer, "token_signature")
            }
            let good = try proxy.client().exchange(
                "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(try forge.signed())")])
            #expect(good.status == 200, "the forger can write a good token: \(good)")
        }
    }

    @Test(
        "Row 3: any other bearer is refused",
        arguments: [
            "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "bearer null", "Bearer undefined", "Bearer ..",
            "Bearer a.b.c.d",
            "Bearer x, Bearer y", "Bearer \u{E9}", "Bearer eyJhbGciOiJub25lIn0.e30.", "BEARER  a b",
        ])
    func garbage(value: String) async throws {
        try await ProxyFixture.run { proxy in
            let answer = try proxy.client().exchange("GET", "/", [("Authorization", value)])
            #expect(answer.status == 401 || answer.status == 400)
            #expect(
                ["token_malformed", "token_missing", "token_signature", "credentials_ambiguous"].contains(
                    answer.code ?? ""), "\(answer)")
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("Row 5: two users who refresh at once each get their own session")
    func twoUsers() async throws {
        try await ProxyFixture.run { proxy in
            let browsers = try ["a", "ab", "a:b", "b", "a,b"].map {
                try Browser.signedIn(proxy, claims: #"{"sub":"\#($0)"}"#)
            }
            proxy.clock.advance(bySeconds: 1900)
            let clients = try browsers.flatMap { browser in
                try (0..<4).map { _ in
                    let client = try proxy.client()
                    try client.send(browser.bytes())
                    return (browser, client)
                }
            }
            for (browser, client) in clients {
                let answer = try client.response()
                let sid = try TokenForge(try #require(browser.refresh)).text("sid")
                #expect(answer.status == 200)
                #expect(try TokenForge(try #require(answer.newAccess)).text("sid") == sid)
                #expect(answer.echoed["x-user-id"] == (try TokenForge(try #require(browser.access)).text("sub")))
            }
        }
    }

    @Test("Row 6: a verdict that one route cached does not open another route with another policy")
    func warmCache() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for _ in 0..<3 { #expect(try alice.request().status == 200) }
            expectRefusal(try alice.request("GET", "/socket-token-only"), "token_type")
            #expect(try alice.request("GET", "/socket").status == 200)
            expectRefusal(try alice.request("GET", "/socket-token-only"), "token_type")
            var thief = alice
            thief.source = "127.0.0.2"
            expectRefusal(try thief.request(), "binding_mismatch")
            #expect(try alice.request().status == 200)
        }
    }

    @Test(
        "Row 14: a health checker's name opens nothing",
        arguments: [
            "kube-probe/1.27", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Prometheus/2.40", "HAProxy", "curl/8.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
        ])
    func healthChecker(agent: String) async throws {
        try await ProxyFixture.run { proxy in
            for path in ["/", "/health", "/ping", "/robots.txt"] {
                expectRefusal(try proxy.client().exchange("GET", path, [("User-Agent", agent)]), "token_missing")
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "Row 24: no method gets through without a token",
        arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"])
    func method(name: String) async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            try client.send(MessageText.request(name, "/private"))
            let answer = try client.response(to: name)
            #expect([401, 400, 405, 501].contains(answer.status), "\(answer)")
            if ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"].contains(name) {
                #expect(answer.status == 401)
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "Row 29: unknown critical extensions and doubled members are refused",
        arguments: [
            #"{"alg":"HS256","crit":["x"],"x":1}"#, #"{"alg":"HS256","crit":[]}"#, #"{"alg":"HS256","crit":["alg"]}"#,
            #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","alg":"HS256"}"#,
            #"{"alg":"HS256","\u0061lg":"HS256"}"#,
        ])
    func critical(header: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var forge = try TokenForge(try #require(alice.access))
            forge.header = header
            let answer = try proxy.client().exchange(
                "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(try forge.signed())")])
            expectRefusal(answer, "token_malformed")
        }
    }

    @Test(
        "Rows 23 and 29: doubled claims, numbers beyond all bounds and deep nesting are refused",
        arguments: [
            #""sub":"admin","#, #""exp":1e999999,"#, #""exp":99999999999999999999999,"#, #""exp":"1","#,
            #""exp":-1,"#, #""type":"access","type":"access","#,
            #""x":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + ",",
            #""x":"# + String(repeating: #"{"y":"#, count: 40) + "0" + String(repeating: "}", count: 40) + ",",
        ])
    func claims(member: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var forge = try TokenForge(try #require(alice.access))
            // Twice the same would be refused for that.
            if member.hasPrefix(#""exp""#) { forge.claims["exp"] = nil }
            let payload = "{" + member + (try forge.payloadText().dropFirst())
            let token = try forge.signed(payload: payload)
            let answer = try proxy.client().exchange(
                "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(token)")])
            #expect(answer.status == 401, "\(answer)")
            #expect(proxy.requests.isEmpty)
            let neighbour = try TokenForge(try #require(alice.access))
            let good = try neighbour.signed(payload: #"{"x":[[1e9]],"# + neighbour.payloadText().dropFirst())
            let taken = try proxy.client().exchange(
                "GET", "/", [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(good)")])
            #expect(taken.status == 200, "\(taken)")
        }
    }

    @Test("A token's time is judged by the clock: no second beyond its expiry, and the leeway before its issue")
    func time() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let agent = ("User-Agent", alice.userAgent!)
            let bearer = ("Authorization", "Bearer \(try #require(alice.access))")
            proxy.clock.advance(bySeconds: 1799)
            #expect(try proxy.client().exchange("GET", "/", [agent, bearer]).status == 200)
            proxy.clock.advance(bySeconds: 1)
            expectRefusal(try proxy.client().exchange("GET", "/", [agent, bearer]), "token_expired")
            // Tokens of which no verdict is known yet, from a machine whose clock is ahead.
            let ahead = try [Browser.signedIn(proxy), Browser.signedIn(proxy)]
            proxy.clock.advance(bySeconds: -5)
            #expect(try ahead[0].request().status == 200)
            proxy.clock.advance(bySeconds: -1)
            expectRefusal(try ahead[1].request(), "token_not_yet_valid")
        }
    }

    @Test("Row 18: each kind of token is refused where another kind is expected")
    func kinds() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/.sallyport/websocket-token", [("Sec-Fetch-Site", "same-origin")])
            let socket = try #require(answer.json["token"] as? String, "\(answer)")
            let (access, refresh) = (try #require(alice.access), try #require(alice.refresh))
            func bearer(_ token: String, _ path: String) throws -> RawResponse {
                try proxy.client().exchange(
                    "GET", path, [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(token)")])
            }
            expectRefusal(try bearer(refresh, "/"), "token_type")
            expectRefusal(try bearer(socket, "/"), "token_type")
            expectRefusal(try bearer(access, "/socket-token-only"), "token_type")
            expectRefusal(try bearer(refresh, "/socket-token-only"), "token_type")
            #expect(try bearer(socket, "/socket-token-only").status == 200)
            #expect(try bearer(socket, "/socket").status == 200)
            for wrong in [access, socket] {
                alice.access = nil
                alice.refresh = wrong
                #expect(try alice.request().status == 401)
                let refreshed = try proxy.client().exchange(
                    "POST", "/.sallyport/refresh",
                    [("User-Agent", alice.userAgent!), ("Content-Type", "application/json")],
                    body: #"{"refresh_token":"\#(wrong)"}"#)
                #expect(refreshed.status == 400 || refreshed.status == 401)
                #expect(refreshed.setCookies.allSatisfy { $0.isDeletion })
            }
            #expect(proxy.store.count(of: .rotate) == 0)
        }
    }
}

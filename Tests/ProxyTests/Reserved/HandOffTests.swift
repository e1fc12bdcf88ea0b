import SallyportTesting
import Testing

/// DESIGN.md §5, "Login hand-off": the application says who signed in, the proxy makes the session.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct HandOffTests {
    /// Runs a test with an application that answers `/account/…` with the given session header.
    private func run(
        _ name: String, _ value: String, _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                let isAccount = exchange.request.target.hasPrefix("/account")
                try exchange.perform(
                    isAccount ? .response(200, [(name, value)], body: "done") : .echo(exchange.request))
            }, body)
    }

    @Test("A login sets two cookies, removes the header and keeps the application's answer")
    func cookies() async throws {
        try await ProxyFixture.run { proxy in
            var browser = Browser(proxy)
            let answer = try browser.visit("POST", "/login", body: #"{"sub":"alice","roles":["a"],"n":{"m":[1,null]}}"#)
            #expect(answer.status == 200)
            #expect(answer.text == "welcome")
            #expect(!answer.fields.contains("sallyport-issue-session"))
            #expect(Set(answer.setCookies.map { $0.name }) == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            let claims = try TokenForge(try #require(browser.access))
            #expect(claims.text("type") == "access")
            #expect(claims.text("sub") == "alice")
            #expect(claims.number("exp") - claims.number("iat") == 1800)
            #expect(claims.number("gen") == 1)
            #expect(claims.text("jti").count >= 22)
            let refresh = try TokenForge(try #require(browser.refresh))
            #expect(refresh.text("type") == "refresh")
            #expect(refresh.number("exp") - refresh.number("iat") == 86_400)
            #expect(refresh.text("sid") == claims.text("sid"))
            #expect(waitUntil { proxy.auditLog.contains("session.issued") })
        }
    }

    @Test("With session_delivery json the body is the token answer, and no cookie is set")
    func json() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let answer = try client.exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            #expect(answer.status == 200)
            #expect(answer.setCookies.isEmpty)
            #expect(answer.json["token_type"] as? String == "Bearer")
            #expect(answer.json["expires_in"] as? Int == 1800)
            #expect(answer.header("cache-control")?.contains("no-store") == true)
            let access = try #require(answer.json["access_token"] as? String)
            #expect(
                try client.exchange("GET", "/", [("Authorization", "Bearer \(access)")]).echoed["x-user-id"] == "alice")
        }
    }

    @Test(
        "A malformed session header is 502 and no session",
        arguments: [
            "{", "[]", "\"alice\"", "{}", #"{"sub":""}"#, #"{"sub":7}"#, #"{"sub":"a","sub":"b"}"#, #"{"sub":"a"} x"#,
            #"{"sub":"alice","exp":9999999999}"#, #"{"sub":"alice","type":"refresh"}"#, #"{"sub":"alice","sid":"x"}"#,
            #"{"sub":"alice","jti":"x"}"#, #"{"sub":"alice","gen":9}"#, "alice", "", "{\"sub\":\"\u{E9}\"}",
        ])
    func malformed(value: String) async throws {
        try await run("Sallyport-Issue-Session", value) { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/account")
            #expect(answer.status == 502, "\(answer)")
            #expect(answer.newAccess == nil)
            #expect(answer.text != "done")
        }
    }

    @Test("A session header of more than 8 KiB, or two of them, are 502")
    func tooMuch() async throws {
        let huge = #"{"sub":"alice","x":""# + String(repeating: "x", count: 8192) + #""}"#
        try await run("Sallyport-Issue-Session", huge) { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request("GET", "/account").status == 502)
        }
        try await ProxyFixture.run(
            origin: { exchange in
                let header = ("Sallyport-Issue-Session", #"{"sub":"mallory"}"#)
                try exchange.perform(.response(200, [header, header]))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                #expect(try alice.request("GET", "/account").status == 502)
            })
    }

    @Test("Sallyport-End-Session ends this session or all of them", arguments: ["session", "all"])
    func end(scope: String) async throws {
        try await run("Sallyport-End-Session", scope) { proxy in
            let first = try Browser.signedIn(proxy)
            let second = try Browser.signedIn(proxy)
            let answer = try first.request("POST", "/account")
            #expect(answer.status == 200)
            #expect(answer.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            #expect(!answer.fields.contains("sallyport-end-session"))
            expectRefusal(try first.request(), "token_revoked")
            #expect(try second.request().status == (scope == "all" ? 401 : 200))
        }
    }

    @Test("A login while the store is down is 503 and sets nothing")
    func storeDown() async throws {
        try await ProxyFixture.run { proxy in
            proxy.store.set(.fails(.unreachable))
            let answer = try proxy.client().exchange("POST", "/login", [], body: #"{"sub":"alice"}"#)
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.setCookies.isEmpty)
        }
    }

    @Test("An application's body that imitates the header changes nothing, and a 4xx login signs nobody in")
    func onlyTheHeader() async throws {
        try await ProxyFixture.run(
            origin: { try $0.perform(.response(401, body: #"Sallyport-Issue-Session: {"sub":"x"}"#)) },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let answer = try alice.request("GET", "/account")
                #expect(answer.status == 401)
                #expect(answer.setCookies.isEmpty)
            })
    }
}

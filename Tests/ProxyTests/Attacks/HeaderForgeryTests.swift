import SallyportTesting
import Testing

/// ATTACKS.md rows 7 to 10: nobody but the proxy writes an identity header.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct HeaderForgeryTests {
    private static let spellings = [
        "X-User-Id", "x-user-id", "X-USER-ID", "x-UsEr-iD", "X_User_Id", "x_user-id", "X-User_Id", "X-User-Roles",
        "x_user_roles", "X-Token-Id", "X-Tenant", "x_tenant",
    ]

    @Test(
        "Row 7: a client's identity header never arrives, in whatever spelling, on whatever route", arguments: spellings
    )
    func spelling(name: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for path in ["/", "/public", "/optional"] {
                let before = proxy.requests.count
                let answer = try alice.request("GET", path, [(name, "spoofed"), (name.lowercased(), "spoofed")])
                #expect(answer.status == 200 || answer.status == 400)
                #expect(answer.status == 200 || name.contains("_"), "only an underscore is a reason to refuse")
                let forwarded = proxy.requests.dropFirst(before)
                #expect(forwarded.count == (answer.status == 200 ? 1 : 0))
                for request in forwarded {
                    #expect(!request.fields.lines.contains { $0.value.contains("spoofed") }, "\(request)")
                    #expect(request.fields.all("x-user-id") == (path == "/public" ? [] : ["alice"]))
                }
            }
        }
    }

    @Test("Row 7: an identity header in a trailer never arrives", arguments: ["X-User-Id", "x_user_roles", "X-TENANT"])
    func trailer(name: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for path in ["/", "/public"] {
                let client = try proxy.client()
                try client.send(
                    MessageText.request(
                        "POST", path, alice.fields + [("Transfer-Encoding", "chunked"), ("Trailer", name)]))
                try client.send(MessageText.chunked(["body"], trailers: [(name, "spoofed"), ("X-Sum", "1")]))
                let status = try client.response().status
                #expect(status == 200 || status == 400)
                for request in proxy.requests {
                    #expect(!request.trailers.lines.contains { $0.value.contains("spoofed") }, "\(request.trailers)")
                    #expect(!request.fields.lines.contains { $0.value.contains("spoofed") })
                }
            }
        }
    }

    @Test("Row 8: a mapped claim that the token lacks leaves no header, whatever the client sent")
    func missingClaim() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy, claims: #"{"sub":"alice"}"#)
            #expect(try alice.request("GET", "/", [("X-User-Roles", "admin"), ("X-Tenant", "t1")]).status == 200)
            let request = try #require(proxy.requests.last)
            #expect(!request.fields.contains("x-user-roles"))
            #expect(!request.fields.contains("x-tenant"))
            let member = try Browser.signedIn(proxy, claims: #"{"sub":"bob","organisation":{"tenant":"t9"}}"#)
            #expect(try member.request("GET", "/", [("X-Tenant", "t1")]).status == 200)
            #expect(proxy.requests.last?.fields.all("x-tenant") == ["t9"])
        }
    }

    @Test(
        "Row 9: a claim with CR, LF, NUL or letters beyond ASCII injects nothing",
        arguments: [
            #"a\r\nX-Admin: 1"#, #"a\nX-Admin: 1"#, #"a\rX-Admin: 1"#, #"a\u0000b"#, #"\u00e9\ud83d\ude00"#,
            #"\u010aX-Admin: 1"#,
        ])
    func controlInClaim(text: String) async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let login = try client.exchange("POST", "/login", [], body: #"{"sub":"alice","roles":["\#(text)"]}"#)
            guard login.newAccess != nil else { return #expect(login.status == 502, "a refusal says so") }
            var browser = Browser(proxy)
            browser.userAgent = nil
            browser.jar.take(login, now: proxy.clock.now)
            let answer = try browser.request("GET", "/")
            #expect(answer.status == 200 || (400...599).contains(answer.status))
            for request in proxy.requests {
                #expect(!request.fields.contains("x-admin"))
                let values = request.fields.all("x-user-roles").joined()
                #expect(values.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) }, "\(values)")
            }
            #expect(proxy.origin.violations.isEmpty)
        }
    }

    @Test("Row 9: a token of 64 KiB is refused as too large, and the proxy goes on")
    func hugeClaim() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var forge = try TokenForge(try #require(alice.access))
            forge.claims["roles"] = [String(repeating: "x", count: 65_536)]
            // Before the client connects: unoptimised, this may take longer than a silent connection lives.
            let token = try forge.signed()
            let answer = try proxy.client().exchange("GET", "/", [("Authorization", "Bearer \(token)")])
            #expect(answer.status == 431)
            #expect(try alice.request().status == 200)
        }
    }

    @Test(
        "Row 10: Connection cannot take the proxy's own headers away",
        arguments: [
            "X-User-Id", "x-user-id, X-User-Roles", "close, X-USER-ID", "X-Token-Id,x-user-roles,keep-alive",
            "x_user_id",
        ])
    func nomination(options: String) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/", [("Connection", options), ("X-User-Id", "spoofed")])
            #expect(answer.status == 200 || answer.status == 400)
            for request in proxy.requests {
                #expect(request.fields.all("x-user-id") == ["alice"])
                #expect(request.fields.contains("x-user-roles"))
                #expect(request.fields.contains("x-token-id"))
                #expect(request.fields.elements("connection").isEmpty, "the next hop would strip them otherwise")
            }
        }
    }

    @Test("An application's answer that imitates a session header from a route that may not issue sessions is stripped")
    func responseDirection() async throws {
        let headers = [
            ("Sallyport-Issue-Session", #"{"sub":"mallory"}"#), ("sallyport-update-session", #"{"sub":"m"}"#),
            ("Sallyport-End-Session", "all"),
        ]
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                try exchange.perform(.response(200, headers, body: "x"))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                for path in ["/", "/public", "/optional"] {
                    let answer = try alice.request("GET", path)
                    #expect(answer.status == 200)
                    #expect(answer.setCookies.isEmpty)
                    #expect(!answer.fields.lines.contains { $0.name.lowercased().hasPrefix("sallyport-") })
                }
                #expect(try alice.request().status == 200, "the session was not ended")
            })
    }

    @Test("A client's own session headers are stripped on the way to the application")
    func requestDirection() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            for name in ["Sallyport-Issue-Session", "SALLYPORT-END-SESSION", "sallyport-update-session"] {
                #expect(try alice.request("GET", "/", [(name, #"{"sub":"mallory"}"#)]).status == 200)
                #expect(proxy.requests.last?.fields.contains(name) == false)
            }
        }
    }
}

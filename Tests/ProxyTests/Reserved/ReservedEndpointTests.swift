import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": never forwarded, never cached.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ReservedEndpointTests {
    private static let sameOrigin = ("Sec-Fetch-Site", "same-origin")

    @Test("GET session tells who is signed in, or answers as a refusal does")
    func session() async throws {
        try await ProxyFixture.run { proxy in
            expectRefusal(try proxy.client().exchange("GET", "/.sallyport/session"), "token_missing")
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("GET", "/.sallyport/session")
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.header("cache-control")?.contains("no-store") == true)
            #expect(answer.json["authenticated"] as? Bool == true)
            #expect(answer.json["sub"] as? String == "alice")
            #expect(answer.json["sid"] as? String == (try TokenForge(try #require(alice.access)).text("sid")))
            #expect((answer.json["claims"] as? [String: Any])?["roles"] as? [String] == ["admin", "staff"])
            #expect(answer.json["access_expires_at"] is Int)
            #expect(answer.json["refresh_expires_at"] is Int)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("POST refresh by cookie: 204 with new cookies")
    func refreshByCookie() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let before = alice.access
            let answer = try alice.visit("POST", "/.sallyport/refresh", [Self.sameOrigin])
            #expect(answer.status == 204, "\(answer)")
            #expect(answer.header("cache-control")?.contains("no-store") == true)
            #expect(alice.access != before)
            #expect(try alice.request().status == 200)
            #expect(try proxy.client().exchange("POST", "/.sallyport/refresh").status == 401)
        }
    }

    @Test("POST refresh by body: the token answer of RFC 6749 §5.1, from JSON and from a form")
    func refreshByBody() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let login = try client.exchange("POST", "/tokens", [("User-Agent", "app/1")], body: #"{"sub":"alice"}"#)
            #expect(login.status == 200, "\(login)")
            #expect(login.setCookies.isEmpty)
            var refresh = try #require(login.json["refresh_token"] as? String, "\(login)")
            for form in [false, true] {
                let answer = try client.exchange(
                    "POST", "/.sallyport/refresh",
                    [
                        ("User-Agent", "app/1"),
                        ("Content-Type", form ? "application/x-www-form-urlencoded" : "application/json"),
                    ],
                    body: form
                        ? "grant_type=refresh_token&refresh_token=\(refresh)" : #"{"refresh_token":"\#(refresh)"}"#)
                #expect(answer.status == 200, "\(answer)")
                #expect(answer.json["token_type"] as? String == "Bearer")
                #expect((answer.json["expires_in"] as? Int).map { (1...1800).contains($0) } == true)
                #expect(answer.setCookies.isEmpty)
                #expect(answer.header("cache-control")?.contains("no-store") == true)
                let access = try #require(answer.json["access_token"] as? String)
                refresh = try #require(answer.json["refresh_token"] as? String)
                let use = try client.exchange(
                    "GET", "/", [("User-Agent", "app/1"), ("Authorization", "Bearer \(access)")])
                #expect(use.echoed["x-user-id"] == "alice")
            }
            for body in [#"{"refresh_token":7}"#, "{", "[]", "", #"{"refresh_token":"x","refresh_token":"y"}"#] {
                let answer = try client.exchange(
                    "POST", "/.sallyport/refresh", [("User-Agent", "app/1"), ("Content-Type", "application/json")],
                    body: body)
                #expect([400, 401].contains(answer.status), "\(body): \(answer)")
            }
            let huge = try proxy.client().exchange(
                "POST", "/.sallyport/refresh", [("Content-Type", "application/json")],
                body: #"{"refresh_token":""# + String(repeating: "x", count: 1 << 20) + #""}"#)
            #expect([400, 413].contains(huge.status))
        }
    }

    @Test("POST websocket-token gives a token of its type and lifetime, bound like any other")
    func websocketToken() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let answer = try alice.request("POST", "/.sallyport/websocket-token", [Self.sameOrigin])
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.json["expires_in"] as? Int == 1800)
            let token = try TokenForge(try #require(answer.json["token"] as? String))
            #expect(token.text("type") == "websocket")
            #expect(token.text("sub") == "alice")
            #expect(try proxy.client().exchange("POST", "/.sallyport/websocket-token").status == 401)
        }
    }

    @Test("Health is alive without a token; ready needs the store")
    func health() async throws {
        try await ProxyFixture.run { proxy throws in
            #expect(try proxy.client().exchange("GET", "/.sallyport/health").status == 200)
            #expect(try proxy.client().exchange("GET", "/.sallyport/health/ready").status == 200)
            proxy.store.set(.fails(.unreachable))
            #expect(try proxy.client().exchange("GET", "/.sallyport/health").status == 200)
            #expect(waitUntil { (try? proxy.client().exchange("GET", "/.sallyport/health/ready").status) == 503 })
            proxy.store.set(.works)
            #expect(waitUntil { (try? proxy.client().exchange("GET", "/.sallyport/health/ready").status) == 200 })
        }
    }

    @Test(
        "No spelling of a path below /.sallyport/ is forwarded",
        arguments: [
            "/.sallyport", "/.sallyport/", "/.sallyport/nothing", "/.sallyport/session/more", "/%2esallyport/session",
            "/x/../.sallyport/session", "/./.sallyport/session", "//.sallyport/session", "/.sallyport/../.sallyport/x",
        ])
    func neverForwarded(target: String) async throws {
        try await ProxyFixture.run(configure: { $0.routes = [ProxyFixture.route("/", .none)] }) { proxy in
            let answer = try proxy.client().exchange("GET", target)
            #expect([400, 401, 404].contains(answer.status), "\(answer)")
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("A method that an endpoint does not have is 405 with Allow")
    func methods() async throws {
        try await ProxyFixture.run { proxy in
            for (method, name, allowed) in [
                ("POST", "session", "get"), ("GET", "refresh", "post"), ("GET", "logout", "post"),
                ("DELETE", "websocket-token", "post"), ("POST", "health", "get"),
            ] {
                let answer = try proxy.client().exchange(method, "/.sallyport/\(name)")
                #expect(answer.status == 405, "\(answer)")
                #expect(answer.fields.elements("allow").contains(allowed))
            }
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5: `authorize`, as a front asks it; the fronts themselves ask in Tests/Python/test_forward_auth.py.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct AuthorizeTests {
    private static let trusted = AddressRange(
        bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 9], prefixLength: 128)

    /// Runs a test in front of a proxy that trusts 127.0.0.9, with a route for a host and one for a role.
    private func run(_ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.trustedProxies = [Self.trusted]
                configuration.routes.append(ProxyFixture.route("/", .none) { $0.host = "open.example" })
                configuration.routes.append(
                    ProxyFixture.route("/written", .required) {
                        $0.methods = ["PUT"]
                        $0.cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
                        $0.cors?.allowedMethods = ["PUT"]
                    })
                configuration.routes.append(
                    ProxyFixture.route("/office", .required) {
                        $0.requirements = ClaimRequirements([.init("roles", .any, ["boss"])])
                    })
            }, body)
    }

    /// A user whose client is 198.51.100.7 behind the front.
    private func alice(_ proxy: ProxyFixture) throws -> Browser {
        var browser = Browser(proxy, from: "127.0.0.9")
        let answer = try browser.visit(
            "POST", "/login", [("X-Forwarded-For", "198.51.100.7")], body: #"{"sub":"alice","roles":["admin"]}"#)
        try #require(answer.status == 200 && browser.access != nil)
        return browser
    }

    /// What a front says of a request.
    private func question(
        _ path: String, method: String = "GET", host: String = "shop", client: String = "198.51.100.7"
    ) -> [(String, String)] {
        [
            ("X-Original-Method", method), ("X-Original-URI", path), ("X-Forwarded-Host", host),
            ("X-Forwarded-For", client),
        ]
    }

    private static let target = "/.sallyport/authorize"

    @Test("A good token gets 200 with the identity's headers, and nothing is forwarded")
    func allowed() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            let answer = try alice.request("GET", Self.target, question("/private"))
            #expect(answer.status == 200 && answer.body.isEmpty)
            #expect(answer.header("x-user-id") == "alice")
            #expect(answer.header("x-user-roles") == "admin")
            #expect(answer.header("x-token-id") != nil && answer.header("x-tenant") == nil)
            #expect(answer.header("cache-control") == "no-store")
            #expect(answer.setCookies.isEmpty)
            #expect(proxy.requests.isEmpty)
            #expect(waitUntil { proxy.accessLog.contains(#""path":"/private""#) })
            #expect(proxy.accessLog.contains(#""client_address":"198.51.100.7""#))
        }
    }

    @Test("The original method counts: for the route, and for what a page of another site may do with cookies")
    func methods() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            func ask(_ method: String, _ path: String, _ fields: [(String, String)]) throws -> Int {
                try alice.request("GET", Self.target, question(path, method: method) + fields).status
            }
            #expect(try ask("POST", "/private", Browser.otherPage) == 403)
            #expect(try ask("POST", "/private", [("Origin", "https://shop")]) == 200)
            #expect(try ask("POST", "/private", [("Origin", "https://evil.example")]) == 403)
            #expect(try ask("GET", "/private", Browser.otherPage) == 200)
            #expect(try ask("GET", "/written", []) == 405)
            #expect(try ask("PUT", "/written", []) == 200)
            let preflight = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "PUT")]
            // 204 would be a yes to a front, and the application's request one that nobody has verified.
            #expect(try ask("OPTIONS", "/written", preflight) == 403)
            #expect(try ask("OPTIONS", "/private", preflight) == 200, "alice's, and the application's to answer")
        }
    }

    @Test("The route is that of the original host and path, with all of its rules")
    func routes() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            let nobody = Browser(proxy, from: "127.0.0.9")
            #expect(try nobody.request("GET", Self.target, question("/private")).status == 401)
            #expect(try nobody.request("GET", Self.target, question("/public/x")).status == 200)
            #expect(try nobody.request("GET", Self.target, question("/private", host: "open.example")).status == 200)
            #expect(try nobody.request("GET", Self.target, question("/private", host: "OPEN.example:80")).status == 200)
            let stranger = try nobody.request("GET", Self.target, question("/optional"))
            #expect(stranger.status == 200 && stranger.header("x-user-id") == nil)
            expectRefusal(
                try alice.request("GET", Self.target, question("/office")), "claims_insufficient", status: 403)
            expectRefusal(try alice.request("GET", Self.target, question("/socket-token-only")), "token_type")
            expectRefusal(
                try alice.request("GET", Self.target, question("/private", client: "198.51.100.8")), "binding_mismatch")
            #expect(try nobody.request("GET", Self.target, question("/.sallyport/session")).status == 403)
        }
    }

    @Test("The original path behind the prefix decides too, under the question's method and host")
    func prefix() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            let client = [("X-Forwarded-For", "198.51.100.7")]
            for method in ["GET", "POST", "DELETE"] {
                let answer = try alice.request(method, Self.target + "/private?a=b", client)
                #expect(answer.status == 200 && answer.header("x-user-id") == "alice")
            }
            let nobody = Browser(proxy, from: "127.0.0.9")
            #expect(try nobody.request("POST", Self.target + "/private", client).status == 401)
            #expect(try nobody.request("POST", Self.target + "/public", client).status == 200)
            let head = try alice.request("HEAD", Self.target + "/private", client)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(try nobody.request("POST", Self.target + "/public", client, body: "a=b").status == 200)
        }
    }

    @Test(
        "A path that a front and an application may understand differently is refused, in either form",
        arguments: [
            "/public/../private", "/private/../public", "/public//private", "//public", "/public/./x",
            "/public/%2e%2e/private",
            "/public%2fprivate", "/public/..;/private", "/public/.", "/../public/x", "/../../public/x",
            "/public\\private", "/public/..%3b/private", "/public/..%3B/private/`",
            "/public/%", "/../authorize/public",
        ])
    func ambiguous(_ path: String) async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            #expect(try alice.request("GET", Self.target, question(path)).status == 400)
            #expect(try alice.request("GET", Self.target + path, [("X-Forwarded-For", "198.51.100.7")]).status == 400)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("A WebSocket is one for the rules of origins and for tokens, though the front keeps its Upgrade to itself")
    func sockets() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            let version = ("Sec-WebSocket-Version", "13")
            let key = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            func ask(_ path: String, _ fields: [(String, String)]) throws -> RawResponse {
                try alice.request("GET", Self.target, question(path) + fields)
            }
            for handshake in [[version, key], [version], [version, key, ("Upgrade", "websocket")]] {
                #expect(try ask("/private", handshake + [("Origin", "https://evil.example")]).status == 403)
                #expect(try ask("/private", handshake + [("Origin", "https://shop")]).status == 200)
                #expect(try ask("/private", handshake).status == 200, "a program")
                #expect(try ask("/public", handshake + [("Origin", "https://evil.example")]).status == 200)
            }
            #expect(try ask("/private", [("Origin", "https://evil.example")]).status == 200, "not one")
            #expect(try ask("/public", [("Upgrade", "h2c")]).status == 400)
            let nobody = Browser(proxy, from: "127.0.0.9")
            let offer = ("Sec-WebSocket-Protocol", "chat, bearer.\(try #require(alice.access))")
            let answer = try nobody.request("GET", Self.target, question("/private") + [version, offer])
            #expect(answer.status == 200 && answer.header("x-user-id") == "alice")
        }
    }

    @Test("A stranger may not ask, whatever he says")
    func strangers() async throws {
        try await run { proxy in
            let alice = try Browser.signedIn(proxy)
            for fields in [question("/public"), question("/private", client: "127.0.0.1"), []] {
                #expect(try alice.request("GET", Self.target, fields).status == 403)
                #expect(try alice.request("GET", Self.target + "/public", fields).status == 403)
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("What is missing, differs or is not known is 400")
    func malformed() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            for index in 0..<4 {
                var fields = question("/private")
                fields.remove(at: index)
                #expect(try alice.request("GET", Self.target, fields).status == 400)
            }
            let twice = question("/public") + [("X-Forwarded-Uri", "/private")]
            #expect(try alice.request("GET", Self.target, twice).status == 400)
            #expect(try alice.request("GET", Self.target, question("/private", host: "a,b")).status == 400)
            #expect(try alice.request("GET", Self.target, question("/private", method: "CON NECT")).status == 400)
            #expect(try alice.request("GET", Self.target + "?front=apache", question("/private")).status == 400)
        }
    }

    @Test("A refresh that is due comes with two cookies, each a field of its own")
    func refreshes() async throws {
        try await run { proxy in
            var alice = try alice(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let answer = try alice.visit("GET", Self.target, question("/private"))
            #expect(answer.status == 200 && answer.header("x-user-id") == "alice")
            #expect(answer.fields.all("set-cookie").count == 2)
            #expect(answer.header("sallyport-set-cookie-1") == nil)
            #expect(try alice.request("GET", Self.target, question("/private")).fields.all("set-cookie").isEmpty)
            proxy.clock.advance(bySeconds: 1900)
            let nginx = try alice.visit("GET", Self.target + "?front=nginx", question("/private"))
            #expect(nginx.status == 200)
            let copies = [nginx.header("sallyport-set-cookie-1"), nginx.header("sallyport-set-cookie-2")]
            #expect(copies.compactMap { $0 } == nginx.fields.all("set-cookie"))
            proxy.clock.advance(bySeconds: 1900)
            let refused = try alice.visit("GET", Self.target, question("/office"))
            #expect(refused.status == 403 && refused.fields.all("set-cookie").count == 2)
        }
    }

    @Test("A page without a token is sent to the login page: by 303, or for nginx by 401 with the Location")
    func navigation() async throws {
        try await run { proxy in
            let nobody = Browser(proxy, from: "127.0.0.9")
            let page = question("/private") + [("Sec-Fetch-Mode", "navigate")]
            let answer = try nobody.request("GET", Self.target, page)
            #expect(answer.status == 303 && answer.header("location") == "/login")
            let nginx = try nobody.request("GET", Self.target + "?front=nginx", page)
            #expect(nginx.status == 401 && nginx.header("location") == "/login")
            let program = try nobody.request("GET", Self.target + "?front=nginx", question("/private"))
            #expect(program.status == 401 && program.header("location") == nil)
            #expect(program.header("www-authenticate") != nil)
        }
    }

    @Test("A store that is down is 503, and no cookie is touched")
    func storeFailure() async throws {
        try await run { proxy in
            let alice = try alice(proxy)
            proxy.store.set(.fails(.unreachable))
            for target in [Self.target, Self.target + "?front=nginx"] {
                let answer = try alice.request("GET", target, question("/private"))
                #expect(answer.status == 503 && answer.code == "store_unavailable")
                #expect(answer.fields.all("set-cookie").isEmpty && answer.header("retry-after") != nil)
            }
        }
    }
}

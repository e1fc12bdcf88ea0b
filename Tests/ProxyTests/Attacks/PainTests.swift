import SallyportConfiguration
import Foundation
import SallyportTesting
import Testing
import Tokens

/// ATTACKS.md, last paragraph: what users of other systems suffer most, each with the reports that tell of it. The rules
/// behind these tests have suites of their own; here is the pain itself.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct PainTests {
    @Test("oauth2-proxy#1992, #886, lua-resty-openidc#248: parallel requests with an expired token sign nobody out")
    func parallelRequests() async throws {
        try await ProxyFixture.run(configure: { $0.workers = 2 }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let clients = try (0..<30).map { _ in try proxy.client() }
            for client in clients { try client.send(alice.bytes()) }
            var last = alice
            for client in clients {
                let answer = try client.response()
                #expect(answer.status == 200)
                last.jar.take(answer, now: proxy.clock.now)
            }
            #expect(try last.request().status == 200)
        }
    }

    @Test("A near miss after a rotation is no theft: the old cookie, a moment late, gives the same successor")
    func nearMiss() async throws {
        try await ProxyFixture.run { proxy throws in
            let old = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            var new = old
            #expect(try new.visit().status == 200)
            #expect(try new.request().status == 200, "the successor is in use")
            proxy.clock.advance(bySeconds: 1)
            let late = try old.request()
            #expect(late.status == 200 && late.newRefresh == new.refresh)
            #expect(try new.request().status == 200)
        }
    }

    @Test("lua-resty-session#57: an older Set-Cookie that arrives last does not replace a newer one")
    func olderCookie() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(origin: { exchange in
            try exchange.readBody()
            if exchange.request.target == "/slow" { try gate.wait() }
            try exchange.perform(.echo(exchange.request))
        }) { proxy throws in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let slow = try proxy.client()
            try slow.send(alice.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            for _ in 0..<2 {
                #expect(try alice.visit().status == 200)
                #expect(try alice.visit().status == 200)
                proxy.clock.advance(bySeconds: 1900)
            }
            #expect(try alice.visit().status == 200)
            gate.open()
            let late = try slow.response()
            #expect(late.status == 200 && late.setCookies.isEmpty)
        }
    }

    @Test(
        "ingress-nginx#8078: a refreshed cookie goes out with every status, the application's and ours",
        arguments: [204, 304, 400, 404, 500, 503])
    func everyStatus(status: Int) async throws {
        try await ProxyFixture.run(origin: { exchange in
            try exchange.readBody()
            try exchange.perform(.response(status))
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let answer = try alice.request()
            #expect(answer.status == status && answer.newAccess != nil && answer.newRefresh != nil)
        }
    }

    @Test("express-openid-connect#446: a logout is not undone by an answer that was in flight")
    func logoutInFlight() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(origin: { exchange in
            try exchange.readBody()
            if exchange.request.target == "/slow" { try gate.wait() }
            try exchange.perform(.echo(exchange.request))
        }) { proxy throws in
            var alice = try Browser.signedIn(proxy)
            let before = alice
            proxy.clock.advance(bySeconds: 1900)
            let slow = try proxy.client()
            try slow.send(alice.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            #expect(try alice.post("logout").status == 204)
            gate.open()
            let late = try slow.response()
            alice.jar.take(late, now: proxy.clock.now)
            #expect(alice.access == nil && alice.refresh == nil)
            #expect(try before.request().status == 401)
        }
    }

    @Test(
        "oauth2-proxy#1784, aisix#1147, Tyk#3047: a store that blips or hangs signs nobody out, and nobody waits for it",
        arguments: [FaultyStore.Mode.fails(.unreachable), .fails(.timedOut), .losesAnswers(.closed)])
    func storeBlip(mode: FaultyStore.Mode) async throws {
        try await ProxyFixture.run { proxy throws in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            proxy.store.set(mode)
            for _ in 0..<3 {
                let answer = try alice.visit()
                #expect(answer.status == 503 && answer.header("retry-after") != nil && answer.setCookies.isEmpty)
            }
            proxy.store.set(.works)
            #expect(try alice.visit().status == 200)
        }
    }

    @Test("oauth2-proxy#1393: a script gets 401, never a redirection to a login page")
    func script() async throws {
        try await ProxyFixture.run { proxy throws in
            for fields in [
                [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty"), ("Accept", "text/html,*/*")],
                [("X-Requested-With", "XMLHttpRequest"), ("Accept", "*/*")], [("Accept", "application/json")],
            ] {
                let answer = try proxy.client().exchange("GET", "/orders", fields)
                #expect(answer.status == 401 && !answer.fields.contains("location"))
            }
        }
    }

    @Test("oauth2-proxy#1349: a POST with an expired token stays a POST, with its body")
    func post() async throws {
        try await ProxyFixture.run(origin: { exchange in
            let request = try exchange.readBody()
            try exchange.perform(.response(200, [("X-Method", request.method)], body: request.text))
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            for size in [1, 100_000] {
                proxy.clock.advance(bySeconds: 1900)
                let body = String(repeating: "b", count: size)
                let answer = try alice.request("POST", "/orders", Browser.ownPage, body: body)
                #expect(answer.status == 200 && answer.header("x-method") == "POST" && answer.text == body)
                #expect(answer.newAccess != nil)
            }
        }
    }

    @Test("Envoy#39643: a key that signs no more still verifies, and who has the new one is verified at once")
    func keyRotation() async throws {
        try await ProxyFixture.run { proxy throws in
            let alice = try Browser.signedIn(proxy)
            var configuration = proxy.server.server.configuration
            var old = configuration.tokens.keys[0]
            old.maySign = false
            let secret = Array("fedcba9876543210fedcba9876543210".utf8)
            configuration.tokens.keys = [.init(identifier: "new", algorithm: "HS256", secret: secret), old]
            try proxy.server.server.reload(configuration)
            let bob = try Browser.signedIn(proxy, as: "bob")
            #expect(try UnverifiedToken(try #require(bob.access)).header["kid"] == "new")
            #expect(try bob.request().status == 200)
            #expect(try alice.request().status == 200)
            proxy.clock.advance(bySeconds: 1900)
            #expect(try alice.request().status == 200, "a refresh crosses over")
        }
    }

    @Test("rauthy#1145, mailcow#295: an IPv6 client that changes its address within its network stays signed in")
    func privacyAddress() async throws {
        let loopback = AddressRange(
            bytes: Array(repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 0], prefixLength: 104)
        try await ProxyFixture.run(configure: {
            $0.trustedProxies = [loopback]
            $0.tokens.addressPrefixV6 = 64
        }) { proxy throws in
            var alice = Browser(proxy)
            func from(_ address: String) -> [(String, String)] { [("X-Forwarded-For", address)] }
            _ = try alice.visit("POST", "/login", from("2001:db8:1:2::a"), body: #"{"sub":"alice"}"#)
            #expect(try alice.request("GET", "/", from("2001:db8:1:2:aaaa:bbbb:cccc:dddd")).status == 200)
            expectRefusal(try alice.request("GET", "/", from("2001:db8:1:3::a")), "binding_mismatch")
        }
    }

    @Test("oauth2-proxy#2482: a configuration is taken over while requests are under way, and nobody is signed out")
    func reload() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(origin: { exchange in
            try exchange.readBody()
            if exchange.request.target == "/slow" { try gate.wait() }
            try exchange.perform(.echo(exchange.request))
        }) { proxy throws in
            let alice = try Browser.signedIn(proxy)
            let slow = try proxy.client()
            try slow.send(alice.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            var configuration = proxy.server.server.configuration
            configuration.routes.append(ProxyFixture.route("/new", .none))
            #expect(try proxy.client().exchange("GET", "/new").status == 401)
            try proxy.server.server.reload(configuration)
            #expect(try waitUntil { try proxy.client().exchange("GET", "/new").status == 200 })
            #expect(try alice.request().status == 200)
            gate.open()
            #expect(try slow.response().status == 200)
        }
    }
}

import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5: what `authentication: optional` and `none` change, and what they do not.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RouteAuthenticationTests {
    @Test("On an optional route who has no token goes on without identity, and who has one with it")
    func optional() async throws {
        try await ProxyFixture.run { proxy in
            let anonymous = try proxy.client().exchange("GET", "/optional", [("X-User-Id", "admin")])
            #expect(anonymous.status == 200)
            #expect(anonymous.echoed["x-user-id"] == nil)
            var alice = try Browser.signedIn(proxy)
            #expect(try alice.request("GET", "/optional").echoed["x-user-id"] == "alice")
            proxy.clock.advance(bySeconds: 1900)
            let refreshed = try alice.visit("GET", "/optional")
            #expect(refreshed.echoed["x-user-id"] == "alice")
            #expect(refreshed.newAccess != nil)
            alice.refresh = nil
            let access = try #require(alice.access)
            proxy.clock.advance(bySeconds: 1900)
            let expired = try proxy.client().exchange(
                "GET", "/optional",
                [("User-Agent", alice.userAgent!), ("Cookie", "\(ProxyFixture.accessCookie)=\(access)")])
            #expect(expired.status == 200)
            #expect(expired.echoed["x-user-id"] == nil)
        }
    }

    @Test("On an optional route every other row holds: a bad, revoked or stolen token is refused")
    func optionalRefusals() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var bad = alice
            bad.access = "garbage"
            expectRefusal(try bad.request("GET", "/optional"), "token_malformed")
            var thief = alice
            thief.source = "127.0.0.2"
            expectRefusal(try thief.request("GET", "/optional"), "binding_mismatch")
            let token = try TokenForge(try #require(alice.access))
            let name = TokenReference(session: token.text("sid"), type: .access, identifier: token.text("jti"))
            _ = try await proxy.store.revoke(name, now: proxy.clock.now)
            expectRefusal(try alice.request("GET", "/optional"), "token_revoked")
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("On a route without authentication nothing is verified or refreshed, and identity headers are stripped")
    func none() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let answer = try alice.request("GET", "/public", [("X-User-Id", "admin"), ("x-user-roles", "root")])
            #expect(answer.status == 200)
            #expect(answer.setCookies.isEmpty)
            #expect(answer.echoed["x-user-id"] == nil)
            #expect(answer.echoed["x-user-roles"] == nil)
            #expect(answer.echoed["cookie"] == nil)
            alice.access = "garbage"
            #expect(try alice.request("GET", "/public").status == 200)
            #expect(proxy.store.count(of: .verdict) + proxy.store.count(of: .rotate) == 0)
        }
    }

    @Test("A refused navigation is sent to the login page with 303, an API call gets 401")
    func navigation() async throws {
        try await ProxyFixture.run { proxy in
            let navigations = [
                [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")], [("Accept", "text/html,*/*;q=0.8")],
            ]
            for fields in navigations {
                let answer = try proxy.client().exchange("GET", "/orders", fields)
                #expect(answer.status == 303)
                #expect(answer.header("location")?.hasPrefix("/login") == true)
            }
            let calls = [
                [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty"), ("Accept", "text/html")],
                [("Accept", "application/json")], [("Accept", "*/*")], [],
            ]
            for fields in calls {
                expectRefusal(try proxy.client().exchange("GET", "/orders", fields), "token_missing")
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("Where neither Sec-Fetch nor Accept tells, the route's setting does; without a login page it is 401")
    func defaultKind() async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(ProxyFixture.route("/pages", .required) { $0.defaultClientKind = .navigation })
            configuration.routes.append(ProxyFixture.route("/bare", .required) { $0.loginURL = nil })
        }) { proxy in
            #expect(try proxy.client().exchange("GET", "/pages").status == 303)
            expectRefusal(
                try proxy.client().exchange("GET", "/bare", [("Sec-Fetch-Mode", "navigate")]), "token_missing")
        }
    }

    @Test("A refused navigation with a dead cookie clears it on the way to the login page")
    func clearedOnRedirect() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            alice.access = "garbage"
            let answer = try alice.visit("GET", "/", [("Sec-Fetch-Mode", "navigate")])
            #expect(answer.status == 303)
            #expect(alice.access == nil)
        }
    }

    @Test("A refusal can be read across origins where the route allows the origin, and only there")
    func crossOrigin() async throws {
        try await ProxyFixture.run(configure: { configuration in
            for index in configuration.routes.indices {
                configuration.routes[index].cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
            }
        }) { proxy in
            let allowed = try proxy.client().exchange("GET", "/", [("Origin", "https://app.example")])
            #expect(allowed.status == 401)
            #expect(allowed.header("access-control-allow-origin") == "https://app.example")
            #expect(allowed.header("access-control-allow-credentials") == "true")
            #expect(allowed.fields.elements("vary").contains("origin"))
            for origin in ["https://app.example.evil", "https://evil", "null", "http://app.example"] {
                let refused = try proxy.client().exchange("GET", "/", [("Origin", origin)])
                #expect(refused.status == 401)
                #expect(!refused.fields.contains("access-control-allow-origin"), "\(origin)")
            }
        }
    }
}

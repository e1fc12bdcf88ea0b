import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §9: `require`, and the code `claims_insufficient`.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RequirementTests {
    private static func run(_ body: (ProxyFixture) async throws -> Void) async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                configuration.routes += [
                    route("/admin", .init("roles", .any, ["admin", "owner"])),
                    route("/both", .init("roles", .all, ["admin", "staff"]), .init("level", .any, [3])),
                    route("/scoped", .init("scope", .all, ["orders:read"])),
                    ProxyFixture.route("/halfway", .optional) {
                        $0.requirements = ClaimRequirements([.init("roles", .any, ["admin"])])
                    },
                ]
                // More different requirements than a word has bits.
                for number in 0..<70 {
                    configuration.routes.append(route("/n\(number)", .init("n", .any, [.integer(Int64(number))])))
                }
            }, body)
    }

    private static func route(_ prefix: String, _ rules: ClaimRequirements.Rule...) -> RouteConfiguration {
        ProxyFixture.route(prefix, .required) {
            $0.requirements = ClaimRequirements(rules)
            $0.cors = CORSConfiguration(allowedOrigins: ["https://app.example"])
        }
    }

    @Test("A token without the claims is 403 in each form that we speak, cold and warm, and reaches no application")
    func insufficient() async throws {
        try await Self.run { proxy in
            let clerk = try Browser.signedIn(proxy, claims: #"{"sub":"carl","roles":["clerk"],"scope":"orders:write"}"#)
            for _ in 0..<3 {
                let answer = try clerk.request("GET", "/admin/users", [("Origin", "https://app.example")])
                expectRefusal(answer, "claims_insufficient", status: 403)
                #expect(answer.header("www-authenticate")?.contains(#"error="insufficient_scope""#) == true)
                #expect(answer.header("www-authenticate")?.contains("scope=") == false)
                #expect(answer.header("access-control-allow-origin") == "https://app.example")
                #expect(answer.setCookies.isEmpty)
            }
            let scoped = try clerk.request("GET", "/scoped")
            #expect(scoped.header("www-authenticate")?.hasSuffix(#", scope="orders:read""#) == true)
            #expect(proxy.requests.isEmpty)
            #expect(waitUntil { proxy.accessLog.contains(#""verdict":"claims_insufficient""#) })
            let verdicts = proxy.server.server.counters.families().flatMap(\.samples)
            #expect(verdicts.first { $0.label == "claims_insufficient" }?.value == 4)
            // The same token is as good as ever where nothing is asked for.
            #expect(try clerk.request("GET", "/").status == 200)
        }
    }

    @Test("A page for which the claims do not suffice is 403 too: a login would not help, and would come back here")
    func navigation() async throws {
        try await Self.run { proxy in
            let clerk = try Browser.signedIn(proxy, claims: #"{"sub":"carl"}"#)
            let page = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Accept", "text/html")]
            expectRefusal(try clerk.request("GET", "/admin", page), "claims_insufficient", status: 403)
            #expect(try proxy.client().exchange("GET", "/admin", page).status == 303)
        }
    }

    @Test("A token with the claims opens the route, and each of several routes decides by itself, whatever is warm")
    func sufficient() async throws {
        try await Self.run { proxy in
            let owner = try Browser.signedIn(
                proxy, claims: #"{"sub":"olga","roles":["owner"],"level":3,"n":[1,67],"scope":"a orders:read"}"#)
            let paths: [(String, Int)] = [
                ("/admin", 200), ("/both", 403), ("/scoped", 200), ("/", 200), ("/halfway", 403), ("/n1", 200),
                ("/n2", 403), ("/n67", 200), ("/n69", 403), ("/admin", 200), ("/n67", 200), ("/n69", 403),
            ]
            for (path, status) in paths { #expect(try owner.request("GET", path).status == status, "\(path)") }
            #expect(try proxy.client().exchange("GET", "/halfway").status == 200)
            #expect(proxy.store.count(of: .verdict) == 1, "what is warm is asked about once")
        }
    }

    @Test("Without a token, or with a bad one, the answer is 401 and not 403")
    func unauthenticated() async throws {
        try await Self.run { proxy in
            expectRefusal(try proxy.client().exchange("GET", "/admin"), "token_missing")
            expectRefusal(
                try proxy.client().exchange("GET", "/admin", [("Authorization", "Bearer x.y.z")]), "token_malformed")
        }
    }

    @Test("Row 19: after a refresh the new claims decide, and the renewed cookies come with the refusal")
    func refreshed() async throws {
        try await Self.run { proxy in
            var admin = try Browser.signedIn(proxy)
            #expect(try admin.visit("GET", "/admin").status == 200)
            let session = try TokenForge(try #require(admin.access)).text("sid")
            let isUpdated = try await proxy.store.updateClaims(
                of: session, to: #"{"roles":["staff"]}"#, now: proxy.clock.now)
            #expect(isUpdated)
            proxy.clock.advance(bySeconds: 1900)
            let answer = try admin.visit("GET", "/admin")
            expectRefusal(answer, "claims_insufficient", status: 403)
            #expect(answer.newAccess != nil && answer.newRefresh != nil, "the session goes on")
            expectRefusal(try admin.visit("GET", "/admin"), "claims_insufficient", status: 403)
            #expect(try admin.visit("GET", "/").status == 200)
            // And the other way: a right that was granted counts from the refresh on, also within refresh_ahead.
            _ = try await proxy.store.updateClaims(of: session, to: #"{"roles":["admin"]}"#, now: proxy.clock.now)
            expectRefusal(try admin.visit("GET", "/admin"), "claims_insufficient", status: 403)
            proxy.clock.advance(bySeconds: 1770)
            #expect(try admin.visit("GET", "/admin").status == 200)
        }
    }

    @Test("After a reload with other requirements the new ones decide about tokens that are warm")
    func reload() async throws {
        try await Self.run { proxy in
            let admin = try Browser.signedIn(proxy)
            #expect(try admin.request("GET", "/admin").status == 200)
            var configuration = proxy.server.server.configuration
            for index in configuration.routes.indices where configuration.routes[index].name == "/admin" {
                configuration.routes[index].requirements = ClaimRequirements([.init("roles", .any, ["owner"])])
            }
            try proxy.server.server.reload(configuration)
            #expect(try waitUntil { try admin.request("GET", "/admin").status == 403 })
            #expect(try admin.request("GET", "/").status == 200)
        }
    }
}

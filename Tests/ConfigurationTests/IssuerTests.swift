import SallyportConfiguration
import Testing
import Tokens

/// `issuers:` and what routes take of it.
@Suite("Foreign issuers of a configuration")
struct IssuerTests {
    private static let keys = """
        {"keys":[{"kty":"EC","crv":"P-256","x":"q34Sk6G80obyLP8jLdh91sCI_Vy-m-OKA-rZsg7dluQ",
        "y":"kOz5ml71_91hooS5MsotfZEusRR7LexQLNQ0E119NEU","kid":"k1","use":"sig"}]}
        """

    private func file(_ fragment: String, routes: String = "routes: [{upstream: shop}]") -> SampleFile {
        var file = SampleFile(SampleFile.withoutRoutes + routes + "\n" + fragment)
        file.files = [
            "/etc/sallyport/keys.json": .init(bytes: Array(Self.keys.utf8)),
            "/etc/sallyport/empty.json": .init(bytes: Array(#"{"keys":[]}"#.utf8)),
        ]
        return file
    }

    @Test("An issuer is read with its defaults, and with all that can be said of it")
    func good() throws {
        let loaded = try file(
            """
            issuers:
              - {issuer: "https://a.example", audiences: [api://shop], jwks: {file: keys.json}}
              - issuer: https://b.example/
                audiences: [one, two]
                algorithms: [ES256]
                jwks: {file: keys.json}
                claims: {sub: preferred_username, roles: realm_access.roles}
                typ: at+jwt
                require_type: true
                longest_life_seconds: 3600
            """, routes: "routes: [{upstream: shop, issuers: [own, 'https://b.example/']}]"
        ).load().configuration
        let (first, second) = (loaded.issuers[0], loaded.issuers[1])
        #expect(first.issuer == "https://a.example" && first.audiences == ["api://shop"])
        #expect(first.algorithms == [.rs256, .es256, .edDSA] && first.headerType == .any && !first.requiresType)
        #expect(second.algorithms == [.es256] && second.headerType == .accessToken && second.requiresType)
        #expect(first.longestLifeSeconds == nil && second.longestLifeSeconds == 3600)
        #expect(second.claims.map(\.name) == ["sub", "roles"])
        #expect(second.claims.map(\.source) == ["preferred_username", "realm_access.roles"])
        guard case .file(let keys) = first.keys else { return #expect(Bool(false), "no keys of the file") }
        #expect(keys.all.map(\.identifier) == ["k1"] && keys.all.map(\.algorithm) == [.es256])
        #expect(loaded.routes[0].issuers == ["own", "https://b.example/"])
    }

    @Test("The keys of an issuer go with the configuration that holds them: a reload leaves none behind")
    func release() throws {
        weak var kept: TokenKey?
        do {
            let loaded = try file(
                "issuers: [{issuer: 'https://a.example', audiences: [api://shop], jwks: {file: keys.json}}]"
            ).load().configuration
            guard case .file(let keys) = loaded.issuers[0].keys else { return #expect(Bool(false), "no keys") }
            kept = keys.all.first
            #expect(kept != nil)
            withExtendedLifetime(loaded) {}
        }
        #expect(kept == nil)
    }

    /// A fragment in line 4, and the problems that it makes.
    struct Row: Sendable, CustomTestStringConvertible {
        var fragment: String
        var problems: [String]
        init(_ fragment: String, _ problems: String...) { (self.fragment, self.problems) = (fragment, problems) }
        var testDescription: String { fragment }
    }

    private static let rows: [Row] = [
        Row(
            "issuers: [{}]",
            "4:11: issuers[0].issuer: is missing: write the issuer's name, exactly as it stands in iss"),
        Row(
            "issuers: [{issuer: a}]",
            "4:11: issuers[0].audiences: is missing: write what the issuer's tokens for this site have in aud",
            "4:11: issuers[0].jwks: is missing: write {file: PATH} or {url: https://…}, or discovery: true beside it"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [], jwks: {file: none.json}}]",
            "4:23: issuers[0].audiences: is empty, so that no token would be good: write at least one",
            "4:51: issuers[0].jwks.file: names /etc/sallyport/none.json, which cannot be read: there is no such file"),
        Row(
            "issuers: [{issuer: a, audiences: [x], jwks: {file: empty.json}}]",
            "4:52: issuers[0].jwks.file: names /etc/sallyport/empty.json, which holds no keys for this: the set has no key"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [x], algorithms: [RS256], jwks: {file: keys.json}}]",
            "4:73: issuers[0].jwks.file: names /etc/sallyport/keys.json, which holds no keys for this: the set has no key that can be used: the key is for none of the allowed algorithms"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [x], algorithms: [HS256, ES257, ES256], jwks: {file: keys.json}}]",
            "4:52: issuers[0].algorithms[0]: is “HS256”, and whoever verifies with such a secret could sign with it: write some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA",
            "4:59: issuers[0].algorithms[1]: is “ES257”, and it is unknown here: write some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [x], jwks: {file: keys.json}, claims: {exp: b, roles: a..b}}]",
            "4:73: issuers[0].claims.exp: decides about the token itself, and is filled from nowhere else: remove it",
            "4:88: issuers[0].claims.roles: “a..b” is no claim: write its name, nested members joined by dots, such as realm_access.roles"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [x], jwks: {file: keys.json}, longest_life_seconds: 0}]",
            "4:86: issuers[0].longest_life_seconds: is 0, which is out of range: write a whole number from 1 to 315360000"
        ),
        Row(
            "issuers: [{issuer: a, audiences: [x, x], jwks: {}, typ: jwt}]",
            "4:38: issuers[0].audiences[1]: “x” stands twice: remove one of the two",
            "4:42: issuers[0].jwks: names no source of keys: write {file: PATH} or {url: https://…}, or discovery: true",
            "4:57: issuers[0].typ: is “jwt”: write one of any, at+jwt"),
        Row(
            "tokens: {issuer: a}\nissuers:\n- {issuer: a, audiences: [x], jwks: {file: keys.json}}\n- {issuer: own, audiences: [x], jwks: {file: keys.json}}\n- {issuer: own, audiences: [x], jwks: {file: keys.json}}",
            "6:12: issuers[0].issuer: is our own name (tokens.issuer): its tokens would have two meanings",
            "7:12: issuers[1].issuer: is “own”, which means ourselves in the issuers of a route",
            "8:12: issuers[2].issuer: is “own”, as in line 7: keep one of the two"),
    ]

    @Test("Keys may be fetched from this machine, with all that can be said of it")
    func remote() throws {
        let loaded = try file(
            """
            issuers:
              - {issuer: "https://a.example", audiences: [x], jwks: {url: "http://localhost:9000/k?x=1"}}
              - {issuer: "http://127.0.0.1:9000/r/", audiences: [x], discovery: true}
              - issuer: b
                audiences: [x]
                jwks: {url: "http://[::1]/", refresh_min_seconds: 60, refresh_max_seconds: 600, timeout_seconds: 2.5, unknown_key_interval_seconds: 10}
            """
        ).load().configuration.issuers.map { issuer -> IssuerConfiguration.RemoteKeys? in
            if case .remote(let remote) = issuer.keys { remote } else { nil }
        }
        var first = IssuerConfiguration.RemoteKeys(.keySet(try KeyServerURL("http://localhost:9000/k?x=1")))
        #expect(loaded[0] == first)
        #expect(
            loaded[1]?.origin
                == .discovery(try KeyServerURL("http://127.0.0.1:9000/r/.well-known/openid-configuration")))
        first.origin = .keySet(try KeyServerURL("http://[::1]/"))
        (first.refreshMinSeconds, first.refreshMaxSeconds) = (60, 600)
        (first.timeoutSeconds, first.unknownKeyIntervalSeconds) = (2.5, 10)
        #expect(loaded[2] == first)
        let url = try KeyServerURL("http://localhost:9000/k?x=1")
        #expect(
            url.host == "localhost" && url.port == 9000 && url.target == "/k?x=1" && url.authority == "localhost:9000")
        #expect(try KeyServerURL("http://[::1]").host == "::1")
    }

    @Test(
        "What leads to another machine, or is no such URL, is refused",
        arguments: [
            "http://issuer.example/k", "http://127.0.0.1.example/k", "http://10.0.0.1/k",
            "ftp://127.0.0.1/k", "http://user@127.0.0.1/k", "http://127.0.0.1/k#x", "http://127.0.0.1:0/k", "http:///k",
            "http://127.0.0.1/a b", "http://127.0.0.1@evil.example/", "http://127.0.0.1:99999/",
        ])
    func refusedURLs(_ text: String) {
        #expect(throws: KeyServerURL.Problem.self) { try KeyServerURL(text) }
        let problems = file("issuers: [{issuer: a, audiences: [x], jwks: {url: '\(text)'}}]").problems()
        #expect(problems.count == 1 && problems[0].contains("issuers[0].jwks.url"), "\(problems)")
    }

    @Test("What cannot be meant is told of with its place", arguments: rows)
    func problems(_ row: Row) {
        #expect(file(row.fragment).problems() == row.problems)
    }

    @Test("A route takes issuers of the file only")
    func routes() {
        let problems = file(
            "issuers: [{issuer: a.example, audiences: [x], jwks: {file: keys.json}}]",
            routes:
                "routes: [{upstream: shop, issuers: [own, b.example, own]}, {upstream: shop, match: {path: /x}, issuers: []}]"
        ).problems()
        #expect(
            problems == [
                "3:42: routes[0].issuers[1]: is “b.example”, and no issuer of this file: write own for our own tokens, or one of issuers; did you mean “a.example”?",
                "3:53: routes[0].issuers[2]: “own” stands twice: remove one of the two",
                "3:96: routes[1].issuers: is empty, so that no token would be good: name an issuer, or remove the key",
            ])
    }
}

import SallyportTesting
import Testing
import Tokens

/// RFC 9068 §4, RFC 8725: which tokens of somebody else are taken.
@Suite("Foreign issuers")
struct ForeignIssuerTests {
    private static let now: Int64 = 1_800_000_000
    private let client = Bench.client

    private func manager(
        _ signed: [SignedIssuer], own: String? = "https://gate.example",
        _ change: (inout ForeignIssuer) -> Void = { _ in }
    ) throws -> JWTManager {
        let issuers = try signed.map { signed in
            var issuer = ForeignIssuer(
                signed.name, audiences: ["other", "api://shop"], algorithms: [signed.algorithm],
                keys: IssuerKeys(try signed.keys()))
            change(&issuer)
            return issuer
        }
        return JWTManager(
            keys: try TokenKeys(TokenKey(secret: Bench.secret)), store: MemoryTokenStore(),
            settings: TokenSettings(issuer: own), issuers: issuers, clock: WallClock { Self.now })
    }

    private func judge(_ token: String, _ manager: JWTManager, _ types: Set<TokenType> = [.access, .websocket])
        throws(TokenError) -> VerifiedToken
    {
        try manager.verifyLocally(Array(token.utf8).span, accepting: types, client: client)
    }

    @Test(
        "A token of each algorithm is taken by the key of its own issuer",
        arguments: [
            SignatureAlgorithm.rs256, .es256, .edDSA,
        ])
    func algorithms(algorithm: SignatureAlgorithm) async throws {
        let issuer = try SignedIssuer(algorithm: algorithm)
        let other = try SignedIssuer("https://other.example", algorithm: algorithm)
        let manager = try manager([other, issuer])
        let token = try await manager.verifyToken(issuer.token(now: Self.now), expecting: .access, client: client)
        #expect(token.foreign?.issuer == issuer.name && token.foreign?.issuerNumber == 1)
        #expect(token.subject == "carol" && token.identifier == "t-1" && token.foreign?.session == "s-1")
        #expect(token.session.isEmpty, "the issuer's session is none of ours")
        #expect(token.type == .access && token.expiresAt == Self.now + 600)
        // Signed with the one's key under the other's name.
        #expect(throws: TokenError.signature) {
            try judge(issuer.token(now: Self.now) { $0["iss"] = "https://other.example" }, manager)
        }
        #expect(throws: TokenError.issuer) {
            try judge(issuer.token(now: Self.now) { $0["iss"] = "https://issuer.example/" }, manager)
        }
    }

    @Test("An issuer that nobody named is refused before any key is tried, and our own tokens stay ours")
    func unknownIssuer() async throws {
        let issuer = try SignedIssuer()
        let manager = try manager([issuer])
        for name in ["https://evil.example", "https://ISSUER.example", ""] {
            #expect(throws: TokenError.issuer) {
                try judge(issuer.token(now: Self.now) { $0["iss"] = .string(name) }, manager)
            }
        }
        #expect(throws: TokenError.signature) {
            try judge(
                issuer.token(
                    issuer.claims(now: Self.now) { $0["iss"] = "https://gate.example" }, header: ["alg": "HS256"]),
                manager)
        }
        let own = try await manager.issueSession(subject: "alice", client: client)
        let verified = try await manager.verifyToken(own.accessToken, expecting: .access, client: client)
        #expect(verified.foreign == nil && verified.session == own.session)
        // Row 1 and 25: what the token says of keys is not followed, and a secret of ours is no key of theirs.
        for extra in [
            ["jku": "https://evil.example/k"], ["x5u": "https://evil.example/c"], ["jwk": .object(issuer.jwk)],
        ] as [JSONObject] {
            var header: JSONObject = ["kid": "unknown"]
            for member in extra.members { header[member.name] = member.value }
            #expect(throws: TokenError.keyUnknown) {
                try judge(issuer.token(issuer.claims(now: Self.now), header: header), manager)
            }
        }
        let forged = try Bench.signed(
            JSONWriter.text(.object(issuer.claims(now: Self.now))), header: #"{"alg":"HS256","kid":"k1"}"#)
        #expect(throws: TokenError.signature) { try judge(forged, manager) }
    }

    /// A change of a good token, and what becomes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var error: TokenError?
        var header: JSONObject
        var change: @Sendable (inout JSONObject) -> Void

        init(
            _ title: String, _ error: TokenError?, header: JSONObject = ["typ": "JWT"],
            _ change: @escaping @Sendable (inout JSONObject) -> Void = { _ in }
        ) {
            (testDescription, self.error, self.header, self.change) = (title, error, header, change)
        }
    }

    private static let idToken = TokenError.type(expected: .access, found: "id_token")
    private static let rows: [Row] = [
        Row("typ JWT", nil),
        Row("typ at+jwt", nil, header: ["typ": "application/at+JWT"]),
        Row("no typ", nil, header: [:]),
        Row(
            "the typ of a logout token", .malformed("the header's typ is not that of a token"),
            header: ["typ": "logout+jwt"]),
        Row("one of several audiences", nil) { $0["aud"] = ["x", "other"] },
        Row("another audience", .audience) { $0["aud"] = "api://shop2" },
        Row("no audience", .audience) { $0["aud"] = nil },
        Row("no expiry", .malformed("the token has no exp")) { $0["exp"] = nil },
        Row("an expiry that is over", .expired) { $0["exp"] = .integer(now) },
        Row("nbf within the leeway", nil) { $0["nbf"] = .integer(now + 5) },
        Row("nbf beyond it", .notYetValid) { $0["nbf"] = .integer(now + 6) },
        Row("iat beyond it", .notYetValid) { $0["iat"] = .integer(now + 6) },
        Row("no iat", nil) { $0["iat"] = nil },
        Row("a nonce, as in an ID token", idToken) { $0["nonce"] = "n" },
        Row("at_hash, as in an ID token", idToken) { $0["at_hash"] = "h" },
        Row("a nonce in what says to be an access token", nil, header: ["typ": "at+jwt"]) { $0["nonce"] = "n" },
        Row("events, as in a logout token", idToken) { $0["events"] = [:] },
        Row("Keycloak's access token", nil) { $0["typ"] = "Bearer" },
        Row("Keycloak's ID token", .type(expected: .access, found: "ID")) { $0["typ"] = "ID" },
        Row("Keycloak's refresh token", .type(expected: .access, found: "Refresh")) { $0["typ"] = "Refresh" },
        Row("a token that is bound to a key", .binding) { $0["cnf"] = ["jkt": "x"] },
        Row("our type refresh", .type(expected: .access, found: "refresh")) { $0["type"] = "refresh" },
        Row("our type access", nil) { $0["type"] = "access" },
        Row("another meaning of type", nil) { $0["type"] = ["x"] },
        Row("gen and fp of another meaning", nil) {
            $0["gen"] = "second"
            $0["fp"] = 1
        },
        Row("a subject with a control byte", .malformed("sub has control characters")) { $0["sub"] = "a\nb" },
    ]

    @Test("A token is refused for what it lacks, and taken with what does not matter", arguments: rows)
    func row(_ row: Row) throws {
        let issuer = try SignedIssuer()
        let token = try issuer.token(now: Self.now, header: row.header, row.change)
        guard let error = row.error else {
            _ = try judge(token, try manager([issuer]))
            return
        }
        #expect(throws: error) { try judge(token, try manager([issuer])) }
    }

    @Test("An issuer may be held to at+jwt and to our type claim")
    func strictness() throws {
        let issuer = try SignedIssuer()
        let strict = try manager([issuer]) {
            $0.headerType = .accessToken
            $0.requiresType = true
        }
        let good = try issuer.token(now: Self.now) { $0["type"] = "access" }
        #expect(try judge(good, strict).type == .access)
        #expect(throws: TokenError.type(expected: .access, found: nil)) {
            try judge(issuer.token(now: Self.now), strict)
        }
        #expect(throws: TokenError.type(expected: .access, found: "JWT")) {
            try judge(issuer.token(now: Self.now, header: ["typ": "JWT"]) { $0["type"] = "access" }, strict)
        }
        let socket = try issuer.token(now: Self.now) { $0["type"] = "websocket" }
        #expect(try judge(socket, strict).type == .websocket)
        #expect(throws: TokenError.type(expected: .access, found: "websocket")) { try judge(socket, strict, [.access]) }
    }

    @Test("A token that lives longer than its issuer's may is refused, and one that does not say since when")
    func longestLife() throws {
        let issuer = try SignedIssuer()
        let bounded = try manager([issuer]) { $0.longestLifeSeconds = 600 }
        // The life counts, not what is left of it.
        for age in [0, 599] as [Int64] {
            let token = try issuer.token(now: Self.now - age)
            #expect(try judge(token, bounded).expiresAt == Self.now - age + 600)
            let longer = try issuer.token(now: Self.now - age) { $0["exp"] = .integer(Self.now - age + 601) }
            #expect(throws: TokenError.malformed("the token lives longer than its issuer's may")) {
                try judge(longer, bounded)
            }
            #expect(try judge(longer, try manager([issuer])).expiresAt == Self.now - age + 601)
        }
        #expect(throws: TokenError.malformed("the token has no iat, which its issuer's longest life asks for")) {
            try judge(issuer.token(now: Self.now) { $0["iat"] = nil }, bounded)
        }
    }

    @Test("A denial of a user lasts for as long as a token of its issuer may live, or is told to")
    func denialLife() async throws {
        let issuer = try SignedIssuer()
        let key = DenialKey(.subject, issuer: issuer.name, name: "carol")
        let token = ForeignToken(
            issuer: issuer.name, subject: "carol", session: nil, identifier: nil, issuedAt: Self.now)
        for (longest, told, kept) in [
            (600, nil, 601), (nil, nil, JWTManager.denialSeconds), (600, 5, 5), (nil, 5, 5),
        ] as [(Int64?, Int64?, Int64)] {
            let manager = try manager([issuer]) { $0.longestLifeSeconds = longest }
            try await manager.deny(key, keptFor: told)
            #expect(try await manager.store.denial(of: token, now: Self.now + kept - 1).isDenied)
            #expect(try await manager.store.denial(of: token, now: Self.now + kept).isDenied == false)
        }
    }

    @Test("Claims are seen under the names that the issuer's mapping gives them, and never under two")
    func mapping() throws {
        let issuer = try SignedIssuer()
        let manager = try manager([issuer]) {
            $0.claims = [("sub", ClaimPath("user.name")), ("roles", ClaimPath("realm_access.roles"))]
        }
        let token = try judge(
            issuer.token(now: Self.now) {
                $0["user"] = ["name": "dave"]
                $0["realm_access"] = ["roles": ["admin"]]
                $0["roles"] = ["forged"]
            }, manager)
        #expect(token.subject == "dave" && token.claims["sub"] == "dave" && token.claims["roles"] == ["admin"])
        // Without its source the user is nobody, not the one that another claim names.
        let nobody = try judge(issuer.token(now: Self.now), manager)
        #expect(nobody.subject == nil && nobody.claims["sub"] == nil && nobody.claims["roles"] == nil)
        #expect(throws: TokenError.malformed("sub is no text")) {
            try judge(issuer.token(now: Self.now) { $0["user"] = ["name": 7] }, manager)
        }
    }

    @Test("Without keys nothing is known about a token, and exchanged keys count at once")
    func keys() throws {
        let issuer = try SignedIssuer()
        let next = try SignedIssuer(keyIdentifier: "k2")
        let keys = IssuerKeys()
        let manager = try manager([issuer]) { $0.keys = keys }
        let token = try issuer.token(now: Self.now)
        #expect(throws: TokenError.issuerUnavailable) { try judge(token, manager) }
        keys.replace(with: try issuer.keys())
        _ = try judge(token, manager)
        #expect(throws: TokenError.keyUnknown) { try judge(next.token(now: Self.now), manager) }
        keys.replace(with: try next.keys())
        _ = try judge(next.token(now: Self.now), manager)
        #expect(throws: TokenError.keyUnknown) { try judge(token, manager) }
    }

    @Test("A foreign token gives no token of ours, and names no session of ours")
    func noExchange() async throws {
        let issuer = try SignedIssuer()
        let manager = try manager([issuer])
        let own = try await manager.issueSession(subject: "carol", client: client)
        let text = try issuer.token(now: Self.now) { $0["sid"] = .string(own.session) }
        let token = try await manager.verifyToken(text, expecting: .access, client: client)
        await #expect(throws: TokenError.issuer) {
            try await manager.createWebSocketToken(for: token, client: client)
        }
        await #expect(throws: TokenError.type(expected: .refresh, found: nil)) {
            try await manager.rotate(text, client: client)
        }
        #expect(try await manager.endSession(token.session) == false)
        #expect(try await manager.session(own.session) != nil)
    }
}

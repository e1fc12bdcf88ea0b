import Testing
import Tokens

@Suite("Claims: each failure is an error of its own")
struct ClaimTests {
    private let client = Bench.client

    /// Changes one claim of a good access token and verifies what comes out.
    private func verify(_ change: (inout JSONObject) -> Void) async throws -> VerifiedToken {
        let bench = try Bench()
        let token = try Bench.resigned(try await bench.session().accessToken, change)
        return try bench.manager.verifyLocally(token, client: client)
    }

    @Test("A token carries the caller's claims and ours, and its verification gives them")
    func contents() async throws {
        let bench = try Bench()
        let tokens = try await bench.session()
        let token = try await bench.manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
        #expect(token.claims["roles"] == ["admin", "editor"])
        #expect(token.subject == "alice" && token.session == tokens.session && token.generation == 1)
        #expect(token.issuedAt == bench.clock.now && token.expiresAt == bench.clock.now + 1800)
        #expect(token.bindingNotice == nil)
        #expect(token.claims == tokens.access.claims && token.reference == tokens.access.reference)
        #expect(
            token.claims.object?.members.map(\.name) == [
                "sub", "roles", "type", "jti", "iat", "exp", "iss", "aud", "sid", "gen", "fp",
            ])
        #expect(Base64URL.decode(token.identifier)?.count == 16)
    }

    @Test("No identifier begins with a dash: commands take it as an argument, not as an option")
    func identifiers() async throws {
        let bench = try Bench()
        for _ in 0..<500 {
            let tokens = try await bench.session()
            #expect(!tokens.session.hasPrefix("-") && !tokens.access.identifier.hasPrefix("-"))
        }
    }

    @Test("ATTACKS 18: each type of token is refused wherever another one is expected", arguments: TokenType.allCases)
    func types(_ type: TokenType) async throws {
        let bench = try Bench()
        let token = try await bench.manager.createToken(["sub": "alice"], type: type, client: client)
        for expected in TokenType.allCases where expected != type {
            await #expect(throws: TokenError.type(expected: expected, found: type.rawValue)) {
                try await bench.manager.verifyToken(token.text, expecting: expected, client: client)
            }
        }
        _ = try await bench.manager.verifyToken(token.text, expecting: type, client: client)
        if type != .refresh {
            let error = TokenError.type(expected: .refresh, found: type.rawValue)
            await #expect(throws: error) { try await bench.manager.rotate(token.text, client: client) }
            await #expect(throws: error) { try await bench.manager.refreshToken(token.text, client: client) }
        }
        if type != .websocket {
            await #expect(throws: TokenError.type(expected: .websocket, found: type.rawValue)) {
                try await bench.manager.verifyWebSocketToken(token.text, client: client)
            }
        }
    }

    @Test("A token without a type, or with one that we do not know, is of the wrong type")
    func unknownType() async throws {
        await #expect(throws: TokenError.type(expected: .access, found: nil)) { try await verify { $0["type"] = nil } }
        await #expect(throws: TokenError.type(expected: .access, found: nil)) {
            try await verify { $0["type"] = ["access"] }
        }
        await #expect(throws: TokenError.type(expected: .access, found: "Access")) {
            try await verify { $0["type"] = "Access" }
        }
    }

    @Test(
        "Another issuer is refused as that",
        arguments: [
            nil, "https://gate.example/", "https://GATE.example", "https://gate.exampl", 1, ["https://gate.example"],
        ] as [JSONValue?])
    func issuer(_ issuer: JSONValue?) async throws {
        await #expect(throws: TokenError.issuer) { try await verify { $0["iss"] = issuer } }
    }

    @Test(
        "Another audience is refused as that",
        arguments: [nil, "Shop", "shop2", "*", "", [], ["x"], [["shop"]], ["shop", 1], ["shop": "shop"]] as [JSONValue?]
    )
    func audience(_ audience: JSONValue?) async throws {
        await #expect(throws: TokenError.audience) { try await verify { $0["aud"] = audience } }
    }

    @Test("Our audience among others is taken; an audience where we have none is refused")
    func audienceLists() async throws {
        _ = try await verify { $0["aud"] = ["other", "shop"] }
        let bench = try Bench()
        let token = try await bench.session().accessToken
        let unnamed = bench.manager(TokenSettings(issuer: "https://gate.example"))
        #expect(throws: TokenError.audience) { try unnamed.verifyLocally(token, client: client) }
    }

    @Test("A token is good to the second before exp, and expired from then on, without leeway")
    func expiry() async throws {
        let bench = try Bench()
        let tokens = try await bench.session()
        bench.clock.advance(1799)
        _ = try await bench.manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
        bench.clock.advance(1)
        await #expect(throws: TokenError.expired) {
            try await bench.manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
        }
        // What is expired tells its session, because a refresh may follow.
        let verdict = try bench.manager.judgeLocally(
            tokens.accessToken.bytes.span, accepting: [.access], client: client)
        guard case .expired(let token) = verdict else { return #expect(Bool(false), "the token is not expired") }
        #expect(token.session == tokens.session)
    }

    @Test("Expired is only told of a token that is good in all else")
    func expiredLast() async throws {
        let bench = try Bench()
        let token = try await bench.session().accessToken
        bench.clock.advance(10_000)
        func error(_ token: String, _ types: Set<TokenType> = [.access], _ client: ClientIdentity = Bench.client)
            -> TokenError?
        {
            do throws(TokenError) {
                _ = try bench.manager.verifyLocally(token, accepting: types, client: client)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(token) == .expired)
        #expect(error(token, [.refresh]) == .type(expected: .refresh, found: "access"))
        #expect(error(token, [.access], ClientIdentity(address: "192.0.2.8", userAgent: "Test/1.0")) == .binding)
        #expect(error(try Bench.resigned(token, secret: Bench.secret.reversed()) { _ in }) == .signature)
        #expect(error(try Bench.resigned(token) { $0["iss"] = "x" }) == .issuer)
        #expect(error(try Bench.resigned(token) { $0["aud"] = "x" }) == .audience)
        #expect(error(try Bench.resigned(token) { $0["nbf"] = 1_800_000_000 }) == .notYetValid)
    }

    @Test("nbf and iat may lie ahead by the leeway and not by more", arguments: ["nbf", "iat"])
    func begin(_ claim: String) async throws {
        let now = ManualClock().now
        _ = try await verify { $0[claim] = .integer(now + 5) }
        await #expect(throws: TokenError.notYetValid) { try await verify { $0[claim] = .integer(now + 6) } }
    }

    @Test(
        "A date that is none is malformed, whichever claim holds it",
        arguments: ["exp", "nbf", "iat"],
        [
            "1e3", "1e999999", "-1", "-0", "253402300800", "9223372036854775808", "99999999999999999999999.5", "1.5e3",
            #""1700000000""#, "true", "null", "[1]", "{}",
        ])
    func dates(_ claim: String, _ text: String) async throws {
        let value = try JSONParser.parse(text)
        await #expect(throws: TokenError.malformed("\(claim) is no date")) { try await verify { $0[claim] = value } }
    }

    @Test("A date may have a fraction, which does not count")
    func fractions() async throws {
        let now = ManualClock().now
        let token = try await verify { $0["exp"] = JSONDecimal("\(now + 1).999").map { .decimal($0) } }
        #expect(token.expiresAt == now + 1)
        await #expect(throws: TokenError.expired) {
            try await verify { $0["exp"] = JSONDecimal("\(now).999").map { .decimal($0) } }
        }
    }

    @Test("exp, jti and sid are required, and texts are texts without control characters")
    func required() async throws {
        for claim in ["exp", "jti", "sid"] {
            await #expect(throws: TokenError.self) { try await verify { $0[claim] = nil } }
        }
        for claim in ["sub", "jti", "sid"] {
            for value in [1, nil, ["a"], "a\r\nX: y", "a\0", "\u{7f}"] as [JSONValue] {
                await #expect { try await verify { $0[claim] = value } } throws: {
                    if case .malformed(let reason) = $0 as? TokenError { reason.hasPrefix(claim) } else { false }
                }
            }
        }
        for value in [0, -1, "1", nil] as [JSONValue] {
            await #expect(throws: TokenError.malformed("gen is no generation")) {
                try await verify { $0["gen"] = value }
            }
        }
    }

    @Test(
        "The caller's data never overrides a claim of ours",
        arguments: [
            "type", "jti", "iat", "exp", "nbf", "iss", "aud", "sid", "gen", "fp",
        ])
    func reserved(_ claim: String) async throws {
        let bench = try Bench()
        let data: JSONObject = ["sub": "alice", "x": 1]
        var reserved = data
        reserved[claim] = 1
        await #expect(throws: TokenError.reservedClaim(claim)) {
            try await bench.manager.createAccessToken(reserved, client: client)
        }
        await #expect(throws: TokenError.reservedClaim(claim)) {
            try await bench.manager.issueSession(subject: "alice", claims: reserved, client: client)
        }
        _ = try await bench.manager.createAccessToken(data, client: client)
        let session = try await bench.manager.issueSession(subject: "alice", claims: data, client: client)
        await #expect(throws: TokenError.reservedClaim(claim)) {
            try await bench.manager.updateSession(session.session, claims: reserved)
        }
    }

    @Test("A session's subject is the one it was issued for, and not an empty one")
    func subjects() async throws {
        let bench = try Bench()
        await #expect(throws: TokenError.reservedClaim("sub")) {
            try await bench.manager.issueSession(subject: "alice", claims: ["sub": "mallory"], client: client)
        }
        for subject in ["", "a\nb"] {
            await #expect(throws: TokenError.self) {
                try await bench.manager.issueSession(subject: subject, client: client)
            }
        }
    }
}

import Testing
import Tokens

@Suite("Refresh through the manager, over the memory store, with the clock moved by hand")
struct RotationTests {
    private let client = Bench.client

    @Test("A rotation gives new tokens of the next generation with the session's claims; the old access token lives on")
    func rotation() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        bench.clock.advance(1000)
        let result = try await bench.manager.rotate(first.refreshToken, client: client)
        let second = result.tokens
        #expect(result.kind == .rotated && result.presented.session == first.session)
        #expect(second.generation == 2 && second.session == first.session && second.subject == "alice")
        #expect(second.accessExpiresAt == bench.clock.now + 1800 && second.refreshExpiresAt == bench.clock.now + 86_400)
        let token = try await bench.manager.verifyToken(second.accessToken, expecting: .access, client: client)
        #expect(token.claims["roles"] == ["admin", "editor"] && token.generation == 2)
        #expect(token.claims == second.access.claims)
        _ = try await bench.manager.verifyToken(first.accessToken, expecting: .access, client: client)
        #expect(try UnverifiedToken(second.refreshToken).claims["roles"] == nil)
    }

    @Test("The same exchange again gives the same tokens byte for byte, also an hour later where nobody used them")
    func repetition() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let one = try await bench.manager.rotate(first.refreshToken, client: client)
        bench.clock.advance(1700)
        let two = try await bench.manager.rotate(first.refreshToken, client: client)
        #expect(two.kind == .repeatedInGrace)
        #expect(two.tokens.accessToken == one.tokens.accessToken)
        #expect(two.tokens.refreshToken == one.tokens.refreshToken)
        // What was never confirmed and has expired is replaced.
        bench.clock.advance(1900)
        let three = try await bench.manager.rotate(first.refreshToken, client: client)
        #expect(three.kind == .rotated && three.tokens.generation == 3)
    }

    @Test("Two hundred exchanges at once make one successor")
    func parallel() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let results = try await withThrowingTaskGroup(of: RotationResult.self) { group in
            for _ in 0..<200 {
                group.addTask { try await bench.manager.rotate(first.refreshToken, client: Bench.client) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { $0.kind == .rotated } == 1)
        #expect(Set(results.map(\.tokens.accessToken)).count == 1)
        #expect(Set(results.map(\.tokens.refreshToken)).count == 1)
    }

    @Test("After the successor was used and the grace passed, the old refresh token ends the session")
    func reuse() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let second = try await bench.manager.rotate(first.refreshToken, client: client).tokens
        let verified = try bench.manager.verifyLocally(second.accessToken, client: client)
        #expect(try await bench.manager.checkRevocation(verified).didConfirm)
        #expect(try await !bench.manager.checkRevocation(verified).didConfirm)
        bench.clock.advance(29)
        let again = try await bench.manager.rotate(first.refreshToken, client: client)
        #expect(again.kind == .repeatedInGrace && again.tokens.accessToken == second.accessToken)
        bench.clock.advance(1)
        let identifier = try #require(try UnverifiedToken(first.refreshToken).claims["jti"]?.string)
        let reference = TokenReference(session: first.session, type: .refresh, identifier: identifier)
        await #expect(throws: TokenError.reused(reference, subject: "alice")) {
            try await bench.manager.rotate(first.refreshToken, client: client)
        }
        for token in [first.accessToken, second.accessToken] {
            await #expect(throws: TokenError.revoked) {
                try await bench.manager.verifyToken(token, expecting: .access, client: client)
            }
        }
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.rotate(second.refreshToken, client: client)
        }
    }

    @Test("A refresh token of another client, or an expired one, is refused and changes nothing")
    func refusals() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let thief = ClientIdentity(address: "203.0.113.9", userAgent: client.userAgent)
        await #expect(throws: TokenError.binding) { try await bench.manager.rotate(first.refreshToken, client: thief) }
        await #expect(throws: TokenError.type(expected: .refresh, found: "access")) {
            try await bench.manager.rotate(first.accessToken, client: client)
        }
        #expect(try await bench.manager.rotate(first.refreshToken, client: client).tokens.generation == 2)
        bench.clock.advance(86_400)
        await #expect(throws: TokenError.expired) { try await bench.manager.rotate(first.refreshToken, client: client) }
    }

    @Test("ATTACKS 19: claims that were updated are in the next token, and the removed ones are gone")
    func updatedClaims() async throws {
        let bench = try Bench()
        let first = try await bench.session(["roles": ["admin", "editor"], "tenant": "t1"])
        #expect(try await bench.manager.updateSession(first.session, claims: ["roles": ["reader"], "sub": "alice"]))
        let second = try await bench.manager.rotate(first.refreshToken, client: client).tokens
        let access = try await bench.manager.verifyToken(second.accessToken, expecting: .access, client: client)
        #expect(access.claims["roles"] == ["reader"])
        #expect(access.claims["tenant"] == nil)
        let again = try await bench.manager.refreshToken(second.refreshToken, client: client)
        #expect(again.verified.claims["roles"] == ["reader"], "not those of the refresh token")
        #expect(try await !bench.manager.updateSession("no such session", claims: [:]))
    }

    @Test("refreshToken gives a new access token and leaves the refresh token as it is")
    func refreshToken() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        bench.clock.advance(2000)
        for _ in 0..<3 {
            let access = try await bench.manager.refreshToken(first.refreshToken, client: client)
            let token = try await bench.manager.verifyToken(access.text, expecting: .access, client: client)
            #expect(token.session == first.session && token.claims["roles"] == ["admin", "editor"])
        }
        #expect(try await bench.manager.rotate(first.refreshToken, client: client).kind == .rotated)
        #expect(try await bench.manager.endSession(first.session))
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.refreshToken(first.refreshToken, client: client)
        }
    }

    @Test("refreshToken with a stolen refresh token ends the session")
    func refreshTokenReuse() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let second = try await bench.manager.rotate(first.refreshToken, client: client).tokens
        _ = try await bench.manager.verifyToken(second.accessToken, expecting: .access, client: client)
        bench.clock.advance(31)
        await #expect { try await bench.manager.refreshToken(first.refreshToken, client: client) } throws: {
            if case .reused(_, let subject) = $0 as? TokenError { subject == "alice" } else { false }
        }
        #expect(try await bench.manager.session(first.session) == nil)
    }

    @Test("A refresh token that stands for itself is refreshed with its own claims, and revoked by itself")
    func lonelyRefreshToken() async throws {
        let bench = try Bench()
        let refresh = try await bench.manager.createRefreshToken(["sub": "bob", "plan": "free"], client: client)
        let access = try await bench.manager.refreshToken(refresh.text, client: client)
        #expect(access.verified.claims["plan"] == "free" && access.verified.subject == "bob")
        _ = try await bench.manager.verifyToken(access.text, expecting: .access, client: client)
        await #expect(throws: TokenError.revoked) { try await bench.manager.rotate(refresh.text, client: client) }
        #expect(try await bench.manager.revokeToken(refresh.text))
        await #expect(throws: TokenError.revoked) { try await bench.manager.refreshToken(refresh.text, client: client) }
        _ = try await bench.manager.verifyToken(access.text, expecting: .access, client: client)
    }

    @Test("A revoked token is refused as that, and no other token with it")
    func revocation() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let other = try await bench.manager.createAccessToken(["sub": "alice"], client: client)
        #expect(try await bench.manager.revokeToken(first.accessToken))
        #expect(try await !bench.manager.revokeToken(first.accessToken))
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.verifyToken(first.accessToken, expecting: .access, client: client)
        }
        _ = try await bench.manager.verifyToken(other.text, expecting: .access, client: client)
        let forged = try Bench.resigned(other.text, secret: Bench.secret.reversed()) { _ in }
        await #expect(throws: TokenError.signature) { try await bench.manager.revokeToken(forged) }
    }

    @Test("A token of our key that the store never saw is revoked")
    func unknownToken() async throws {
        let bench = try Bench()
        let token = try Bench.resigned(try await bench.session().accessToken) { $0["jti"] = "made-up" }
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.verifyToken(token, expecting: .access, client: client)
        }
    }

    @Test("A token for a session is not made once the session has ended")
    func endedSession() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        let socket = try await bench.manager.createWebSocketToken(
            ["sub": "alice"], expiresIn: 60, client: client, session: first.session)
        #expect(socket.verified.session == first.session)
        _ = try await bench.manager.verifyWebSocketToken(socket.text, client: client)
        #expect(try await bench.manager.endSession(first.session))
        #expect(try await !bench.manager.endSession(first.session))
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.verifyWebSocketToken(socket.text, client: client)
        }
        await #expect(throws: TokenError.revoked) {
            try await bench.manager.createWebSocketToken(["sub": "alice"], client: client, session: first.session)
        }
    }

    @Test("A user's sessions are listed and ended all at once, nobody else's")
    func everywhere() async throws {
        let bench = try Bench()
        let one = try await bench.session()
        bench.clock.advance(1)
        let two = try await bench.session()
        let bob = try await bench.manager.issueSession(subject: "bob", client: client)
        #expect(try await bench.manager.sessions(of: "alice").map(\.identifier) == [one.session, two.session])
        #expect(try await bench.manager.endAllSessions(of: "alice") == 2)
        for token in [one.accessToken, two.accessToken] {
            await #expect(throws: TokenError.revoked) {
                try await bench.manager.verifyToken(token, expecting: .access, client: client)
            }
        }
        _ = try await bench.manager.verifyToken(bob.accessToken, expecting: .access, client: client)
    }

    @Test("What has expired is cleaned up in batches")
    func cleanup() async throws {
        let bench = try Bench()
        for _ in 0..<25 { _ = try await bench.manager.createAccessToken(["sub": "a"], expiresIn: 10, client: client) }
        let living = try await bench.session()
        bench.clock.advance(11)
        #expect(try await bench.manager.cleanupExpiredTokens(batch: 10) >= 25)
        #expect(try await bench.manager.cleanupExpiredTokens() == 0)
        _ = try await bench.manager.verifyToken(living.accessToken, expecting: .access, client: client)
    }

    @Test("A store that cannot answer is told as that, and never as a verdict")
    func storeFailure() async throws {
        let bench = try Bench()
        let first = try await bench.session()
        await bench.store.close()
        func isStoreError(_ error: any Error) -> Bool {
            if case .store = error as? TokenError { true } else { false }
        }
        await #expect {
            try await bench.manager.verifyToken(first.accessToken, expecting: .access, client: client)
        } throws: { isStoreError($0) }
        await #expect { try await bench.manager.rotate(first.refreshToken, client: client) } throws: {
            isStoreError($0)
        }
        await #expect { try await bench.session() } throws: { isStoreError($0) }
        await #expect { try await bench.manager.revokeToken(first.accessToken) } throws: { isStoreError($0) }
        // What needs no store is still told apart.
        await #expect(throws: TokenError.type(expected: .refresh, found: "access")) {
            try await bench.manager.rotate(first.accessToken, client: client)
        }
    }

    @Test("Settings out of their range count as the nearest within, and nothing overflows")
    func settings() async throws {
        for number in [Int64.min, -1, 0, Int64.max] {
            let settings = TokenSettings(
                accessTokenExpireSeconds: number, refreshTokenExpireSeconds: number,
                websocketTokenExpireSeconds: number, leewaySeconds: number, rotationGraceSeconds: number,
                limits: TokenLimits(tokenBytes: 4096))
            let bench = try Bench(settings)
            let tokens = try await bench.session()
            _ = try await bench.manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
            #expect(try await bench.manager.rotate(tokens.refreshToken, client: client).tokens.generation == 2)
        }
    }

    @Test("A lifetime that is none, and claims that fit no token, are refused before anything is stored")
    func limits() async throws {
        let bench = try Bench()
        for seconds in [0, -1, Int64.max] {
            await #expect(throws: TokenError.malformed("a token cannot live for \(seconds) seconds")) {
                try await bench.manager.createAccessToken([:], expiresIn: seconds, client: client)
            }
        }
        let long = JSONValue.string(String(repeating: "a", count: 70_000))
        await #expect(throws: TokenError.malformed("the token would have more than 65536 bytes")) {
            try await bench.manager.createAccessToken(["x": long], client: client)
        }
        await #expect(throws: TokenError.malformed("the claims have more than 32768 bytes")) {
            try await bench.manager.issueSession(subject: "alice", claims: ["x": long], client: client)
        }
        #expect(try await bench.manager.sessions(of: "alice").isEmpty)
    }
}

import Foundation
import JWTKit
import Testing
import Tokens

/// Tokens of each algorithm go both ways between Sallyport and jwt-kit, which share no code: its cryptography is another
/// library's.
@Suite("Tokens both ways with jwt-kit")
struct JWTKitTests {
    /// What both sides say of a user.
    struct Claims: JWTPayload, Equatable {
        var sub: SubjectClaim
        var roles: [String]
        var type: String
        var exp: ExpirationClaim

        func verify(using algorithm: some JWTAlgorithm) throws { try exp.verifyNotExpired() }
    }

    private static let client = ClientIdentity(address: "192.0.2.7", userAgent: "Interop/1.0")
    private static let secret = [UInt8]("a secret of at least sixty-four bytes, which is what HS512 asks for".utf8)

    /// A key of ours, and the same one for jwt-kit: all of it, or what others may have.
    struct Pair {
        let ours: TokenKey
        let theirs: JWTKeyCollection
        let theirsPublic: JWTKeyCollection
    }

    private func pair(_ algorithm: SignatureAlgorithm, kid: String = "one", secret: [UInt8] = secret) async throws
        -> Pair
    {
        guard !algorithm.isSymmetric else {
            let digest: DigestAlgorithm =
                switch algorithm {
                case .hs384: .sha384
                case .hs512: .sha512
                default: .sha256
                }
            let key = try TokenKey(secret: secret, algorithm: algorithm, identifier: kid)
            let theirs = await JWTKeyCollection().add(
                hmac: HMACKey(from: Data(secret)), digestAlgorithm: digest, kid: JWKIdentifier(string: kid))
            return Pair(ours: key, theirs: theirs, theirsPublic: theirs)
        }
        let key = try TokenKey.generate(algorithm, identifier: kid)
        return Pair(
            ours: key, theirs: try await Self.collection(try #require(key.privateJWK)),
            theirsPublic: try await Self.collection(try #require(key.publicJWK)))
    }

    private static func collection(_ jwk: JSONObject) async throws -> JWTKeyCollection {
        try await JWTKeyCollection().add(jwksJSON: JSONWriter.text(["keys": [.object(jwk)]]))
    }

    private func issue(_ key: TokenKey) async throws -> String {
        let manager = JWTManager(keys: try TokenKeys(key), store: MemoryTokenStore())
        return try await manager.createAccessToken(
            ["sub": "alice", "roles": ["admin", "ops"]], expiresIn: 600, client: Self.client
        ).text
    }

    private func judge(_ token: String, _ key: TokenKey) throws -> TokenJudgement {
        // What verifies is the public half, wherever there is one.
        var keys = try TokenKeys(key)
        if let jwk = key.publicJWK { keys = try TokenKeys(json: JSONWriter.bytes(.object(jwk))) }
        return TokenJudge(keys: keys, demands: TokenDemands(type: .access)).judge(token)
    }

    private func claims(_ seconds: TimeInterval = 600) -> Claims {
        Claims(sub: "alice", roles: ["admin"], type: "access", exp: .init(value: Date(timeIntervalSinceNow: seconds)))
    }

    @Test(
        "jwt-kit takes our token with its claims, and refuses it under another key",
        arguments: SignatureAlgorithm.allCases)
    func ours(_ algorithm: SignatureAlgorithm) async throws {
        let keys = try await pair(algorithm)
        let token = try await issue(keys.ours)
        let claims = try await keys.theirsPublic.verify(token, as: Claims.self)
        #expect(claims.sub.value == "alice" && claims.roles == ["admin", "ops"] && claims.type == "access")
        let other = try await pair(algorithm, secret: Self.secret.reversed())
        await #expect(throws: (any Error).self) { try await other.theirsPublic.verify(token, as: Claims.self) }
        let parts = token.split(separator: ".")
        let first = parts[2].first == "A" ? "B" : "A"
        let changed = "\(parts[0]).\(parts[1]).\(first)\(parts[2].dropFirst())"
        await #expect(throws: (any Error).self) { try await keys.theirsPublic.verify(changed, as: Claims.self) }
    }

    @Test(
        "We take the token of jwt-kit with its claims, and refuse its neighbours",
        arguments: SignatureAlgorithm.allCases)
    func theirs(_ algorithm: SignatureAlgorithm) async throws {
        let keys = try await pair(algorithm)
        let token = try await keys.theirs.sign(claims(), kid: "one")
        let judgement = try judge(token, keys.ours)
        guard case .valid(let found) = judgement else {
            Issue.record("\(judgement)")
            return
        }
        #expect(found?["sub"] == "alice" && found?["roles"] == ["admin"])
        let expired = try await keys.theirs.sign(claims(-60), kid: "one")
        #expect(try judge(expired, keys.ours) == .invalid(.expired))
        let named = TokenKey(keys.ours, identifier: "two")
        #expect(try judge(token, named) == .invalid(.keyUnknown))
        for other in SignatureAlgorithm.allCases where other != algorithm {
            #expect(try judge(token, try await pair(other).ours) == .invalid(.signature), "\(other)")
        }
        let stranger = try await pair(algorithm, secret: Self.secret.reversed()).ours
        #expect(try judge(token, stranger) == .invalid(.signature))
    }

    @Test("The set that we publish is one that jwt-kit reads, and picks the key by its kid")
    func published() async throws {
        let algorithms: [SignatureAlgorithm] = [.rs256, .ps384, .es256, .es384, .es512, .edDSA]
        var keys: [TokenKey] = []
        for algorithm in algorithms { keys.append(try await pair(algorithm, kid: algorithm.rawValue).ours) }
        let set = JSONWriter.text(try TokenKeys(keys).publicJWKSet(at: 0))
        let theirs = try await JWTKeyCollection().add(jwksJSON: set)
        for key in keys {
            let claims = try await theirs.verify(try await issue(key), as: Claims.self)
            #expect(claims.sub.value == "alice")
        }
    }
}

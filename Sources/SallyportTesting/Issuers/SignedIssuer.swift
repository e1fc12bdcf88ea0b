internal import CryptoPrimitives
public import Tokens

/// A foreign issuer for tests, with one key pair: it signs any payload under any header, and gives its key set.
public struct SignedIssuer: Sendable {
    /// `iss` of its tokens.
    public var name: String
    /// The key's `kid`.
    public let keyIdentifier: String
    /// The key's algorithm.
    public let algorithm: SignatureAlgorithm
    /// Its public key as a JWK.
    public let jwk: JSONObject
    private let key: SignatureKey

    /// A new key pair.
    ///
    /// - Parameter algorithm: RS256, ES256 or EdDSA.
    public init(
        _ name: String = "https://issuer.example", algorithm: SignatureAlgorithm = .es256, keyIdentifier: String = "k1"
    ) throws {
        let scheme: SignatureScheme =
            switch algorithm {
            case .rs256: .rsaPKCS1(.sha256)
            case .edDSA: .ed25519
            default: .ecdsa(.p256)
            }
        let pair = try AsymmetricKey.generate(for: scheme)
        key = try SignatureKey(pair, scheme: scheme)
        guard
            let jwk = try TokenKeys(
                pem: pair.publicPEM ?? [], algorithms: [algorithm], identifier: keyIdentifier
            ).all.first?.publicJWK
        else { throw SocketFailure.malformed("a key without a JWK") }
        (self.name, self.algorithm, self.keyIdentifier, self.jwk) = (name, algorithm, keyIdentifier, jwk)
    }

    /// A key set of this and other issuers' keys.
    public func keySet(with others: [SignedIssuer] = []) -> String {
        JSONWriter.text(["keys": .array(([self] + others).map { .object($0.jwk) })])
    }

    /// The same, as it is used.
    public func keys() throws -> TokenKeys { try TokenKeys(json: Array(keySet().utf8), algorithms: [algorithm]) }

    /// The same for places where a failure could not be told; it has none.
    public var keysOrNone: TokenKeys {
        do { return try keys() } catch { preconditionFailure("a key that was made here is good: \(error)") }
    }

    /// Claims of a good access token for `api://shop`; `change` makes others of them.
    public func claims(now: Int64, _ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        var claims: JSONObject = [
            "iss": .string(name), "sub": "carol", "aud": "api://shop", "iat": .integer(now), "exp": .integer(now + 600),
            "jti": "t-1", "sid": "s-1",
        ]
        change(&claims)
        return claims
    }

    /// A token of this payload.
    ///
    /// - Parameter header: members beside `alg` and `kid`, or instead of them.
    public func token(_ claims: JSONObject, header: JSONObject = ["typ": "at+jwt"]) throws -> String {
        var members: JSONObject = ["alg": .string(algorithm.rawValue), "kid": .string(keyIdentifier)]
        for member in header.members { members[member.name] = member.value == .null ? nil : member.value }
        let message = Self.encoded(.object(members)) + "." + Self.encoded(.object(claims))
        let bytes = Array(message.utf8)
        let signature = try key.signature(for: bytes.span)
        return message + "." + Base64URL.encode(signature.span)
    }

    /// A good token with some of its claims changed.
    public func token(
        now: Int64, header: JSONObject = ["typ": "at+jwt"], _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        try token(claims(now: now, change), header: header)
    }

    private static func encoded(_ value: JSONValue) -> String {
        let bytes = JSONWriter.bytes(value)
        return Base64URL.encode(bytes.span)
    }
}

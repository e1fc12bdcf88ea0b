internal import CryptoPrimitives

extension TokenKey {
    /// The public key as a JWK (RFC 7517), for a set that others verify with; nil for a secret, which is never given
    /// away.
    public var publicJWK: JSONObject? {
        guard case .pair(let pair) = material, let numbers = pair.key.publicNumbers else { return nil }
        var jwk: JSONObject
        switch numbers {
        case .rsa(let n, let e): jwk = ["kty": "RSA", "n": Self.text(n), "e": Self.text(e)]
        case .ec(let curve, let x, let y):
            jwk = ["kty": "EC", "crv": .string(curve.rawValue), "x": Self.text(x), "y": Self.text(y)]
        case .ed25519(let x): jwk = ["kty": "OKP", "crv": "Ed25519", "x": Self.text(x)]
        }
        jwk["use"] = "sig"
        jwk["alg"] = .string(algorithm.rawValue)
        jwk["kid"] = identifier.map { .string($0) }
        return jwk
    }

    /// The key pair as PKCS #8 in PEM; nil for a secret or a public key.
    public var privatePEM: [UInt8]? {
        guard canSign, case .pair(let pair) = material else { return nil }
        return pair.key.privatePEM
    }

    /// The public key in PEM; nil for a secret.
    public var publicPEM: [UInt8]? {
        guard case .pair(let pair) = material else { return nil }
        return pair.key.publicPEM
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue { .string(Base64URL.encode(bytes.span)) }
}

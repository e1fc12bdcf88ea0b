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

    /// The key pair as a JWK with its private members (RFC 7518 §6), to be kept where nobody else reads it; nil for a
    /// secret or a public key.
    public var privateJWK: JSONObject? {
        guard case .pair(let pair) = material, var jwk = publicJWK, let numbers = pair.key.privateNumbers else {
            return nil
        }
        switch numbers {
        case .ec(let d), .ed25519(let d): jwk["d"] = Self.text(d)
        case .rsa(let numbers):
            jwk["d"] = Self.text(numbers.d)
            jwk["p"] = Self.text(numbers.p)
            jwk["q"] = Self.text(numbers.q)
            jwk["dp"] = Self.text(numbers.dp)
            jwk["dq"] = Self.text(numbers.dq)
            jwk["qi"] = Self.text(numbers.qi)
        }
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

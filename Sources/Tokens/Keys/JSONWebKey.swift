internal import CryptoPrimitives

/// A JSON Web Key (RFC 7517) of a kind that signs tokens: `oct`, `RSA`, `EC` with P-256, P-384 or P-521, or `OKP` with
/// Ed25519 (RFC 8037).
///
/// What it says of itself is kept to: `use` must be `sig` where it stands, `key_ops` must hold `verify` or `sign`, and
/// `alg` pins it. A key without `alg` is good for each algorithm of its kind and size. Members that are not understood
/// are passed over (§4); certificates and their addresses (`x5c`, `x5u`) are not looked at.
struct JSONWebKey {
    private let object: JSONObject

    init(_ object: JSONObject) {
        self.object = object
    }

    /// The keys that it stands for: one, or one for each algorithm where it is not pinned.
    ///
    /// - Parameter algorithms: the algorithms that are allowed; nil: all.
    func keys(allowing algorithms: Set<SignatureAlgorithm>? = nil) throws(TokenKeyError) -> [TokenKey] {
        let maySign = try checkUse()
        let identifier = try text("kid")
        let kind = try requiredText("kty")
        let pinned = try pinnedAlgorithm()
        let wanted = SignatureAlgorithm.allCases.filter {
            (pinned == nil || pinned == $0) && algorithms?.contains($0) ?? true
        }
        switch kind {
        case "oct": return try secrets(wanted, pinned, identifier, maySign: maySign)
        case "RSA":
            return try Self.pairs(
                try rsa(), wanted, pinned, identifier, maySign: maySign
            ) { $0.isRSA }
        case "EC":
            let (key, curve) = try ellipticCurve()
            return try Self.pairs(key, wanted, pinned, identifier, maySign: maySign) { $0.scheme == .ecdsa(curve) }
        case "OKP":
            return try Self.pairs(try edwards(), wanted, pinned, identifier, maySign: maySign) { $0 == .edDSA }
        default: throw TokenKeyError(.unsuitable, "keys of this kty sign no tokens")
        }
    }

    /// Whether the key may sign; refuses one that may not verify either (RFC 7517 §4.2, §4.3).
    private func checkUse() throws(TokenKeyError) -> Bool {
        if let use = try text("use"), use != "sig" {
            throw TokenKeyError(.unsuitable, "the key's use is not sig")
        }
        guard let operations = object["key_ops"] else { return true }
        guard let operations = operations.array, operations.allSatisfy({ $0.string != nil }) else {
            throw TokenKeyError(.malformed, "the key's key_ops is no list of texts")
        }
        let maySign = operations.contains("sign")
        guard maySign || operations.contains("verify") else {
            throw TokenKeyError(.unsuitable, "the key's key_ops allows neither sign nor verify")
        }
        return maySign
    }

    private func pinnedAlgorithm() throws(TokenKeyError) -> SignatureAlgorithm? {
        guard let name = try text("alg") else { return nil }
        // Ed25519 is the name that RFC 9864 gives to what EdDSA is here.
        if name == "Ed25519" { return .edDSA }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw TokenKeyError(.unsuitable, "the key's alg signs no tokens")
        }
        return algorithm
    }

    private func secrets(
        _ wanted: [SignatureAlgorithm], _ pinned: SignatureAlgorithm?, _ identifier: String?, maySign: Bool
    ) throws(TokenKeyError) -> [TokenKey] {
        let secret = try bytes("k")
        var keys: [TokenKey] = []
        for algorithm in wanted where algorithm.isSymmetric {
            // A secret that is not pinned serves only the algorithms that it is long enough for.
            if pinned == nil, secret.count < algorithm.digest?.byteCount ?? 0, !secret.isEmpty, algorithm != .hs256 {
                continue
            }
            keys.append(
                try TokenKey(secret: secret, algorithm: algorithm, identifier: identifier, maySign: maySign))
        }
        guard !keys.isEmpty else { throw TokenKeyError(.unsuitable, "the key is for none of the allowed algorithms") }
        return keys
    }

    private static func pairs(
        _ key: AsymmetricKey, _ wanted: [SignatureAlgorithm], _ pinned: SignatureAlgorithm?, _ identifier: String?,
        maySign: Bool, fits: (SignatureAlgorithm) -> Bool
    ) throws(TokenKeyError) -> [TokenKey] {
        if let pinned, !fits(pinned) {
            throw TokenKeyError(.unsuitable, "the key is not one for \(pinned.rawValue), which its alg names")
        }
        var keys: [TokenKey] = []
        for algorithm in wanted where fits(algorithm) {
            keys.append(try TokenKey(key, algorithm: algorithm, identifier: identifier, maySign: maySign))
        }
        guard !keys.isEmpty else { throw TokenKeyError(.unsuitable, "the key is for none of the allowed algorithms") }
        return keys
    }

    private func rsa() throws(TokenKeyError) -> AsymmetricKey {
        let (n, e) = (try bytes("n"), try bytes("e"))
        var privateNumbers: AsymmetricKey.RSAPrivateNumbers?
        if object["d"] != nil {
            guard object["oth"] == nil else {
                throw TokenKeyError(.unsuitable, "RSA keys of more than two primes are not taken")
            }
            privateNumbers = AsymmetricKey.RSAPrivateNumbers(
                d: try bytes("d"), p: try bytes("p"), q: try bytes("q"), dp: try bytes("dp"), dq: try bytes("dq"),
                qi: try bytes("qi"))
        }
        return try Self.making { () throws(CryptoError) in
            try AsymmetricKey(rsaModulus: n, exponent: e, privateNumbers: privateNumbers)
        }
    }

    private func ellipticCurve() throws(TokenKeyError) -> (AsymmetricKey, EllipticCurve) {
        guard let curve = EllipticCurve(rawValue: try requiredText("crv")) else {
            throw TokenKeyError(.unsuitable, "the key's crv is none of P-256, P-384 and P-521")
        }
        let (x, y, d) = (try bytes("x"), try bytes("y"), object["d"] == nil ? nil : try bytes("d"))
        let key = try Self.making { () throws(CryptoError) in
            try AsymmetricKey(curve: curve, x: x, y: y, privateNumber: d)
        }
        return (key, curve)
    }

    private func edwards() throws(TokenKeyError) -> AsymmetricKey {
        guard try requiredText("crv") == "Ed25519" else {
            throw TokenKeyError(.unsuitable, "the key's crv is not Ed25519")
        }
        let (x, d) = (try bytes("x"), object["d"] == nil ? nil : try bytes("d"))
        return try Self.making { () throws(CryptoError) in try AsymmetricKey(ed25519: x, privateBytes: d) }
    }

    /// Runs the library's checks; what they refuse is told in their words.
    static func making(_ make: () throws(CryptoError) -> AsymmetricKey) throws(TokenKeyError) -> AsymmetricKey {
        do throws(CryptoError) {
            return try make()
        } catch {
            switch error {
            case .keyTooShort(let reason): throw TokenKeyError(.tooShort, reason)
            case .keyRefused, .failed: throw TokenKeyError(.malformed, error.description)
            }
        }
    }

    private func text(_ name: String) throws(TokenKeyError) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else { throw TokenKeyError(.malformed, "the key's \(name) is no text") }
        return text
    }

    private func requiredText(_ name: String) throws(TokenKeyError) -> String {
        guard let text = try text(name) else { throw TokenKeyError(.malformed, "the key has no \(name)") }
        return text
    }

    private func bytes(_ name: String) throws(TokenKeyError) -> [UInt8] {
        guard let bytes = Base64URL.decode(try requiredText(name)) else {
            throw TokenKeyError(.malformed, "the key's \(name) is not base64url")
        }
        return bytes
    }
}

extension SignatureAlgorithm {
    /// Whether the key is an RSA one.
    var isRSA: Bool {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: true
        case .hs256, .hs384, .hs512, .es256, .es384, .es512, .edDSA: false
        }
    }
}

internal import CryptoPrimitives

extension TokenKeys {
    /// The keys in a file: a JWK, a JWK set (RFC 7517), or PEM blocks with public keys, key pairs or certificates.
    ///
    /// In a set, keys that cannot be used here are passed over (§5), as long as one is left; a key that stands alone is
    /// refused with its reason. Two keys of a set with the same `kid` and kind are refused: no token could tell them
    /// apart. A key that names no algorithm, which a PEM block never does, is good for each one of its kind; give
    /// `algorithms` to say which.
    ///
    /// - Parameters:
    ///   - file: the file's bytes.
    ///   - algorithms: the algorithms that are allowed; nil: all.
    public init(file: [UInt8], algorithms: Set<SignatureAlgorithm>? = nil) throws(TokenKeyError) {
        let first = file.first { $0 > 0x20 }
        if first == UInt8(ascii: "{") {
            try self.init(json: file, algorithms: algorithms)
        } else {
            try self.init(pem: file, algorithms: algorithms)
        }
    }

    /// The keys of a JWK or a JWK set; see ``init(file:algorithms:)``.
    public init(json: [UInt8], algorithms: Set<SignatureAlgorithm>? = nil) throws(TokenKeyError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(json.span)
        } catch {
            throw TokenKeyError(.malformed, "the keys are not JSON as we take it: \(error)")
        }
        guard let object = value.object else { throw TokenKeyError(.malformed, "the keys are no JSON object") }
        guard let set = object["keys"] else {
            try self.init(try JSONWebKey(object).keys(allowing: algorithms))
            return
        }
        guard let elements = set.array else { throw TokenKeyError(.malformed, "the set's keys are no list") }
        guard elements.count <= 1000 else { throw TokenKeyError(.malformed, "the set has more than 1000 keys") }
        try Self.checkNames(elements)
        var keys: [TokenKey] = []
        var lastRefusal: TokenKeyError?
        for element in elements {
            guard let object = element.object else { throw TokenKeyError(.malformed, "a key of the set is no object") }
            do throws(TokenKeyError) {
                keys += try JSONWebKey(object).keys(allowing: algorithms)
            } catch {
                lastRefusal = error
            }
        }
        if keys.isEmpty {
            let reason = lastRefusal.map { "the set has no key that can be used: \($0.reason)" }
            throw TokenKeyError(.none, reason ?? "the set has no key")
        }
        try self.init(keys)
    }

    /// The keys of PEM blocks; see ``init(file:algorithms:)``. A block with a private key signs too.
    ///
    /// - Parameters:
    ///   - pem: the text of the blocks.
    ///   - algorithms: the algorithms that are allowed; nil: all.
    ///   - identifier: the `kid` of the key, where there is only one.
    public init(
        pem: [UInt8], algorithms: Set<SignatureAlgorithm>? = nil, identifier: String? = nil
    ) throws(TokenKeyError) {
        var keys: [TokenKey] = []
        for block in try PEMBlocks(pem).blocks where !block.label.hasSuffix("PARAMETERS") {
            let key = try JSONWebKey.making { () throws(CryptoError) in
                try block.label.hasSuffix("CERTIFICATE")
                    ? AsymmetricKey(certificatePEM: block.text)
                    : AsymmetricKey(pem: block.text, isPrivate: block.label.hasSuffix("PRIVATE KEY"))
            }
            for algorithm in SignatureAlgorithm.allCases
            where algorithm.fits(key.kind) && algorithms?.contains(algorithm) ?? true {
                keys.append(try TokenKey(key, algorithm: algorithm, identifier: identifier))
            }
        }
        guard !keys.isEmpty else {
            throw TokenKeyError(.none, "the file has no PEM block with a key for one of the allowed algorithms")
        }
        try self.init(keys)
    }

    /// Refuses a set in which two keys of one kind have the same `kid` (RFC 7517 §4.5).
    private static func checkNames(_ elements: [JSONValue]) throws(TokenKeyError) {
        var seen: Set<[String]> = []
        for element in elements {
            guard let name = element["kid"]?.string, let kind = element["kty"]?.string else { continue }
            guard seen.insert([name, kind]).inserted else {
                throw TokenKeyError(.ambiguous, "two keys of the set have the same kid and kty")
            }
        }
    }
}

extension SignatureAlgorithm {
    /// Whether a key of this kind can be used with the algorithm.
    func fits(_ kind: AsymmetricKey.Kind) -> Bool {
        switch kind {
        case .rsa: isRSA
        case .ec(let curve): scheme == .ecdsa(curve)
        case .ed25519: self == .edDSA
        }
    }
}

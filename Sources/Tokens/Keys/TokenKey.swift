internal import CryptoPrimitives

/// A key that signs or verifies tokens, pinned to one algorithm (RFC 8725 §3.1), usable from any thread.
public final class TokenKey: Sendable {
    /// What the key is made of.
    enum Material: Sendable {
        case secret(HMACKey)
        case pair(SignatureKey)
    }

    /// The key's name (`kid`, RFC 7515 §4.1.4); nil where it has none.
    public let identifier: String?
    /// The only algorithm that it is used with.
    public let algorithm: SignatureAlgorithm
    /// Whether the key can sign, and not only verify.
    public let canSign: Bool
    /// From when on nothing is verified with it, in seconds since the epoch; nil: never. That is for a key which was
    /// replaced, once its last token has expired.
    public let expiresAt: Int64?
    let material: Material
    /// The key of the fingerprints in tokens that this key signs; nil for a public key, which signs none.
    let fingerprintKey: HMACKey?

    /// A key of checked material.
    ///
    /// - Parameter secretBytes: what makes the key secret; nil for a public key.
    init(
        identifier: String?, algorithm: SignatureAlgorithm, material: Material, secretBytes: [UInt8]?,
        maySign: Bool = true
    ) throws(TokenKeyError) {
        self.identifier = identifier
        self.algorithm = algorithm
        self.material = material
        canSign = maySign && secretBytes != nil
        expiresAt = nil
        fingerprintKey = try secretBytes.map { (secret) throws(TokenKeyError) in
            // A key of its own for another purpose, which tells nothing about the secret.
            let label = Array("sallyport client fingerprint, version 1".utf8)
            let derived = try Self.hmacKey(secret, .sha256).authenticationCode(for: label.span)
            return try Self.hmacKey(derived.array, .sha256)
        }
    }

    /// The same key under another name, or for less.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - identifier: its `kid`.
    ///   - maySign: whether it signs, where it can; one that only verifies is kept for tokens that it has signed.
    ///   - expiresAt: from when on nothing is verified with it.
    public init(_ key: TokenKey, identifier: String?, maySign: Bool = true, expiresAt: Int64? = nil) {
        self.identifier = identifier
        algorithm = key.algorithm
        canSign = key.canSign && maySign
        self.expiresAt = expiresAt
        material = key.material
        fingerprintKey = key.fingerprintKey
    }

    /// Whether it knows its secret part: a public key cannot tell which client a token is bound to, and signs nothing.
    public var isPrivate: Bool { fingerprintKey != nil }

    /// A shared secret.
    ///
    /// - Parameters:
    ///   - secret: at least as many bytes as the algorithm's digest has (RFC 7518 §3.2): 32, 48 or 64.
    ///   - algorithm: HS256, HS384 or HS512.
    ///   - identifier: its `kid`.
    public convenience init(
        secret: [UInt8], algorithm: SignatureAlgorithm = .hs256, identifier: String? = nil
    ) throws(TokenKeyError) {
        try self.init(secret: secret, algorithm: algorithm, identifier: identifier, maySign: true)
    }

    convenience init(
        secret: [UInt8], algorithm: SignatureAlgorithm, identifier: String?, maySign: Bool
    ) throws(TokenKeyError) {
        guard algorithm.isSymmetric, let digest = algorithm.digest else {
            throw TokenKeyError(.unsuitable, "\(algorithm.rawValue) takes no secret: it needs a key pair")
        }
        guard !secret.isEmpty else { throw TokenKeyError(.empty, "the secret is missing or empty") }
        guard !secret.starts(with: Array("-----BEGIN ".utf8)) else {
            // Whoever knows the public key would know the secret (RFC 8725 §2.1).
            throw TokenKeyError(.unsuitable, "the secret is a PEM file: a key pair or certificate is no secret")
        }
        guard secret.count >= digest.byteCount else {
            throw TokenKeyError(
                .tooShort,
                "the secret has \(secret.count) bytes; \(algorithm.rawValue) needs at least \(digest.byteCount) "
                    + "(RFC 7518 §3.2)")
        }
        try self.init(
            identifier: identifier, algorithm: algorithm, material: .secret(try Self.hmacKey(secret, digest)),
            secretBytes: secret, maySign: maySign)
    }

    /// A public key or a key pair of the library underneath, once its kind is found to go with the algorithm.
    convenience init(
        _ key: AsymmetricKey, algorithm: SignatureAlgorithm, identifier: String?, maySign: Bool = true
    ) throws(TokenKeyError) {
        guard let scheme = algorithm.scheme else {
            throw TokenKeyError(.unsuitable, "\(algorithm.rawValue) takes a secret and no key pair")
        }
        let pair: SignatureKey
        do throws(CryptoError) {
            pair = try SignatureKey(key, scheme: scheme)
        } catch {
            throw TokenKeyError(.unsuitable, "the key is not one for \(algorithm.rawValue)")
        }
        try self.init(
            identifier: identifier, algorithm: algorithm, material: .pair(pair), secretBytes: key.privateBytes,
            maySign: maySign)
    }

    /// A new random secret, as long as the algorithm's digest.
    ///
    /// - Returns: 32, 48 or 64 bytes; nil for an algorithm that takes no secret.
    public static func randomSecret(for algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard algorithm.isSymmetric, let digest = algorithm.digest else { return nil }
        return SecureRandom.bytes(digest.byteCount)
    }

    /// A name (`kid`) for a new key: 128 random bits, base64url.
    public static func randomIdentifier() -> String { TokenComposer.randomIdentifier() }

    /// A new key: a random secret, or a key pair (RSA of 2048 bits).
    public static func generate(
        _ algorithm: SignatureAlgorithm, identifier: String? = nil
    ) throws(TokenKeyError) -> TokenKey {
        guard let scheme = algorithm.scheme else {
            return try TokenKey(
                secret: randomSecret(for: algorithm) ?? [], algorithm: algorithm, identifier: identifier)
        }
        do {
            let key = try AsymmetricKey.generate(for: scheme)
            return try TokenKey(key, algorithm: algorithm, identifier: identifier)
        } catch let error as TokenKeyError {
            throw error
        } catch {
            throw TokenKeyError(.malformed, "\(error)")
        }
    }

    /// The length in bytes that each signature of this key has.
    var signatureByteCount: Int {
        switch material {
        case .secret(let key): key.algorithm.byteCount
        case .pair(let key): key.signatureByteCount
        }
    }

    /// Whether `signature` is this key's over `message`.
    func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch material {
        case .secret(let key): key.isValid(signature, for: message)
        case .pair(let key): key.isValid(signature, for: message)
        }
    }

    /// The signature over `message`; nil if the key cannot sign.
    func signature(for message: Span<UInt8>) -> [UInt8]? {
        guard canSign else { return nil }
        switch material {
        case .secret(let key): return key.authenticationCode(for: message).array
        case .pair(let key):
            do throws(CryptoError) {
                return try key.signature(for: message)
            } catch {
                return nil
            }
        }
    }

    private static func hmacKey(_ secret: [UInt8], _ digest: DigestAlgorithm) throws(TokenKeyError) -> HMACKey {
        do throws(CryptoError) {
            return try HMACKey(secret: secret.span, algorithm: digest)
        } catch {
            throw TokenKeyError(.malformed, error.description)
        }
    }
}

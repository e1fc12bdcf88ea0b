internal import CryptoPrimitives

/// A key that signs or verifies tokens, pinned to one algorithm (RFC 8725 §3.1), usable from any thread.
public final class TokenKey: Sendable {
    /// What the key is made of.
    enum Material: Sendable {
        case secret(HMACKey)
    }

    /// The key's name (`kid`, RFC 7515 §4.1.4); nil where it has none.
    public let identifier: String?
    /// The only algorithm that it is used with.
    public let algorithm: SignatureAlgorithm
    let material: Material
    /// The key of the fingerprints in tokens that this key signs; nil for a public key, which signs none.
    let fingerprintKey: HMACKey?

    init(
        identifier: String?, algorithm: SignatureAlgorithm, material: Material, fingerprintKey: HMACKey?
    ) {
        self.identifier = identifier
        self.algorithm = algorithm
        self.material = material
        self.fingerprintKey = fingerprintKey
    }

    /// A shared secret.
    ///
    /// - Parameters:
    ///   - secret: at least as many bytes as the algorithm's digest has (RFC 7518 §3.2): 32, 48 or 64.
    ///   - algorithm: HS256, HS384 or HS512.
    ///   - identifier: its `kid`.
    public convenience init(
        secret: [UInt8], algorithm: SignatureAlgorithm = .hs256, identifier: String? = nil
    ) throws(TokenKeyError) {
        guard algorithm.isSymmetric, let digest = algorithm.digest else {
            throw TokenKeyError(.unsuitable, "\(algorithm.rawValue) takes no secret: it needs a key pair")
        }
        guard !secret.isEmpty else { throw TokenKeyError(.empty, "the secret is missing or empty") }
        guard secret.count >= digest.byteCount else {
            throw TokenKeyError(
                .tooShort,
                "the secret has \(secret.count) bytes; \(algorithm.rawValue) needs at least \(digest.byteCount) "
                    + "(RFC 7518 §3.2)")
        }
        let key = try Self.hmacKey(secret, digest)
        // A key of its own for another purpose, which tells nothing about the secret.
        let label = Array("sallyport client fingerprint, version 1".utf8)
        let derived = try Self.hmacKey(secret, .sha256).authenticationCode(for: label.span)
        self.init(
            identifier: identifier, algorithm: algorithm, material: .secret(key),
            fingerprintKey: try Self.hmacKey(derived.array, .sha256))
    }

    /// A new random secret, as long as the algorithm's digest.
    ///
    /// - Returns: 32, 48 or 64 bytes; nil for an algorithm that takes no secret.
    public static func randomSecret(for algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard algorithm.isSymmetric, let digest = algorithm.digest else { return nil }
        return SecureRandom.bytes(digest.byteCount)
    }

    /// Whether the key can sign, and not only verify.
    public var canSign: Bool {
        switch material {
        case .secret: true
        }
    }

    /// The length in bytes that each signature of this key has.
    var signatureByteCount: Int {
        switch material {
        case .secret(let key): key.algorithm.byteCount
        }
    }

    /// Whether `signature` is this key's over `message`.
    func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch material {
        case .secret(let key): key.isValid(signature, for: message)
        }
    }

    /// The signature over `message`; nil if the key cannot sign.
    func signature(for message: Span<UInt8>) -> [UInt8]? {
        switch material {
        case .secret(let key): key.authenticationCode(for: message).array
        }
    }

    static func hmacKey(_ secret: [UInt8], _ digest: DigestAlgorithm) throws(TokenKeyError) -> HMACKey {
        do {
            return try HMACKey(secret: secret.span, algorithm: digest)
        } catch {
            throw TokenKeyError(.malformed, error.description)
        }
    }
}

internal import COpenSSL

/// A public key or a key pair, checked when it was made; it owns the library's object and never changes.
@safe public final class AsymmetricKey: @unchecked Sendable {
    // The library documents an EVP_PKEY that nobody changes as safe to share; its reference count is atomic.
    let pointer: OpaquePointer
    /// Whether it can sign.
    public let isPrivate: Bool
    /// What kind of key it is.
    public let kind: Kind

    /// The kinds of keys that sign tokens.
    public enum Kind: Sendable, Hashable {
        /// RSA, with the length of its modulus in bits.
        case rsa(bits: Int)
        /// A point on a curve.
        case ec(EllipticCurve)
        /// Ed25519.
        case ed25519
    }

    /// Takes over `pointer` and checks it; frees it if it is refused.
    ///
    /// - Throws: ``CryptoError/keyTooShort(_:)`` for RSA below 2048 bits (RFC 7518 §3.3);
    ///   ``CryptoError/keyRefused(_:)`` for RSA above 8192, or with a public
    ///   exponent that is even, below 3 or beyond 64 bits; for a point that is not on its curve; for another kind of
    ///   key; for halves that do not belong together.
    init(taking pointer: OpaquePointer, isPrivate: Bool) throws(CryptoError) {
        // Nothing is stored before all is checked: the deinitializer must not free what was freed here.
        let kind: Kind
        do throws(CryptoError) {
            kind = try unsafe Self.kind(of: pointer)
            try unsafe Self.check(pointer, kind, isPrivate: isPrivate)
        } catch {
            unsafe EVP_PKEY_free(pointer)
            ERR_clear_error()
            throw error
        }
        unsafe self.pointer = unsafe pointer
        self.isPrivate = isPrivate
        self.kind = kind
    }

    deinit {
        // Contexts made from the key hold references of their own.
        unsafe EVP_PKEY_free(pointer)
    }

    private static func kind(of pointer: OpaquePointer) throws(CryptoError) -> Kind {
        let isRSA = unsafe EVP_PKEY_is_a(pointer, "RSA") == 1
        if isRSA {
            let bits = unsafe Int(EVP_PKEY_get_bits(pointer))
            guard bits >= 2048 else {
                throw .keyTooShort("the RSA key has \(bits) bits; at least 2048 are needed (RFC 7518 §3.3)")
            }
            guard bits <= 8192 else { throw .keyRefused("the RSA key has \(bits) bits; at most 8192 are taken") }
            return .rsa(bits: bits)
        }
        if unsafe EVP_PKEY_is_a(pointer, "ED25519") == 1 { return .ed25519 }
        guard unsafe EVP_PKEY_is_a(pointer, "EC") == 1 else {
            throw .keyRefused("the key is of a kind that signs no tokens")
        }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        // The library writes at most the count given, and ends the name with a NUL byte.
        guard unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1,
            let curve = EllipticCurve(
                groupName: String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        else { throw .keyRefused("the key's curve is none of P-256, P-384 and P-521") }
        return .ec(curve)
    }

    private static func check(_ pointer: OpaquePointer, _ kind: Kind, isPrivate: Bool) throws(CryptoError) {
        if case .rsa = kind {
            guard let exponent = unsafe number("e", of: pointer), let last = exponent.last, exponent.count <= 8,
                last & 1 == 1, exponent != [1]
            else { throw .keyRefused("the RSA key's public exponent is not an odd number of 3 to 64 bits") }
            guard let modulus = unsafe number("n", of: pointer), modulus.last.map({ $0 & 1 }) == 1 else {
                throw .keyRefused("the RSA key's modulus is even")
            }
            guard !ROCAFingerprint.matches(modulus) else {
                throw .keyRefused("the RSA key was made by a generator whose keys can be factored (CVE-2017-15361)")
            }
        }
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else {
            throw .failed(operation: "a key check")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        if case .ec = kind, unsafe EVP_PKEY_public_check(context) != 1 {
            throw .keyRefused("the key's point does not lie on its curve")
        }
        if isPrivate, unsafe EVP_PKEY_pairwise_check(context) != 1 {
            throw .keyRefused("the private key does not belong to its public key")
        }
    }

    /// A number of the key, as bytes with the highest first and without leading zeros; nil where there is none.
    static func number(_ name: String, of pointer: OpaquePointer) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1 else {
            ERR_clear_error()
            return nil
        }
        defer { unsafe BN_clear_free(number) }
        var bytes = [UInt8](repeating: 0, count: unsafe Int(BN_num_bits(number) + 7) / 8)
        // The array is as long as the number.
        _ = unsafe BN_bn2bin(number, &bytes)
        return bytes
    }

    /// A value of the key that is bytes; nil where there is none.
    static func octets(_ name: String, of pointer: OpaquePointer) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 160)
        var count = 0
        // The library writes at most the count given.
        guard unsafe EVP_PKEY_get_octet_string_param(pointer, name, &bytes, bytes.count, &count) == 1 else {
            ERR_clear_error()
            return nil
        }
        return Array(bytes.prefix(count))
    }
}

internal import COpenSSL

extension AsymmetricKey {
    /// The numbers of a public key as a JWK names them (RFC 7518 §6, RFC 8037 §2), each with the highest byte first;
    /// those of a curve as long as its coordinates.
    public enum PublicNumbers: Sendable, Equatable {
        case rsa(n: [UInt8], e: [UInt8])
        case ec(EllipticCurve, x: [UInt8], y: [UInt8])
        case ed25519(x: [UInt8])
    }

    /// The numbers of the public key; nil if the library does not give them.
    public var publicNumbers: PublicNumbers? {
        switch kind {
        case .rsa:
            guard let n = unsafe Self.number("n", of: pointer), let e = unsafe Self.number("e", of: pointer) else {
                return nil
            }
            return .rsa(n: n, e: e)
        case .ec(let curve):
            guard let x = unsafe Self.number("qx", of: pointer), let y = unsafe Self.number("qy", of: pointer) else {
                return nil
            }
            return .ec(curve, x: Self.padded(x, curve.byteCount), y: Self.padded(y, curve.byteCount))
        case .ed25519: return unsafe Self.octets("pub", of: pointer).map { .ed25519(x: $0) }
        }
    }

    /// The numbers of a private key as a JWK names them, each with the highest byte first; that of a curve as long as its
    /// coordinates.
    public enum PrivateNumbers: Sendable {
        case rsa(RSAPrivateNumbers)
        case ec(d: [UInt8])
        case ed25519(d: [UInt8])
    }

    /// The numbers of the private key; nil for a public key, and for an RSA key of which the library has not all of them.
    public var privateNumbers: PrivateNumbers? {
        guard isPrivate, let secret = privateBytes else { return nil }
        switch kind {
        case .ec: return .ec(d: secret)
        case .ed25519: return .ed25519(d: secret)
        case .rsa:
            let names = ["rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1"]
            let numbers = names.compactMap { unsafe Self.number($0, of: pointer) }
            guard numbers.count == names.count else { return nil }
            return .rsa(
                RSAPrivateNumbers(
                    d: secret, p: numbers[0], q: numbers[1], dp: numbers[2], dq: numbers[3], qi: numbers[4]))
        }
    }

    /// The bytes that make the key secret, whichever form it was read from; nil for a public key. They are for
    /// deriving other secrets from.
    public var privateBytes: [UInt8]? {
        guard isPrivate else { return nil }
        return switch kind {
        case .rsa: unsafe Self.number("d", of: pointer)
        case .ec(let curve): unsafe Self.number("priv", of: pointer).map { Self.padded($0, curve.byteCount) }
        case .ed25519: unsafe Self.octets("priv", of: pointer)
        }
    }

    /// The key pair as PKCS #8 in PEM, without a password; nil for a public key.
    public var privatePEM: [UInt8]? {
        guard isPrivate else { return nil }
        return unsafe Self.pem { unsafe PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
    }

    /// The public key as SubjectPublicKeyInfo in PEM.
    public var publicPEM: [UInt8]? {
        unsafe Self.pem { unsafe PEM_write_bio_PUBKEY($0, pointer) }
    }

    private static func pem(_ write: (OpaquePointer) -> CInt) -> [UInt8]? {
        guard let writer = unsafe BIO_new(BIO_s_secmem()) else { return nil }
        defer { unsafe BIO_free(writer) }
        guard unsafe write(writer) == 1 else {
            ERR_clear_error()
            return nil
        }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe sallyport_memory_bytes(writer, &start)
        // The writer owns the bytes, which are copied before it is freed.
        return unsafe UnsafeBufferPointer(start: start, count: Int(count)).map { UInt8(bitPattern: $0) }
    }

    private static func padded(_ number: [UInt8], _ count: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: max(count - number.count, 0)) + number
    }
}

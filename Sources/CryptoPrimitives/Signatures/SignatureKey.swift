internal import COpenSSL

/// A key of a key pair together with the one scheme that it is used with, usable from any thread.
///
/// A context is set up once for each operation and used again and again: that spares half of the cost of an RSA
/// verification.
public final class SignatureKey: Sendable {
    /// The key.
    public let key: AsymmetricKey
    /// The scheme.
    public let scheme: SignatureScheme
    /// The length of each signature in bytes.
    public let signatureByteCount: Int
    private let verifying = unsafe ContextPool(free: { unsafe EVP_PKEY_CTX_free($0) })
    private let signing = unsafe ContextPool(free: { unsafe EVP_PKEY_CTX_free($0) })
    private let messages = unsafe ContextPool(free: { unsafe EVP_MD_CTX_free($0) })

    /// - Throws: ``CryptoError/keyRefused(_:)`` if the key is not of the scheme's kind.
    public init(_ key: AsymmetricKey, scheme: SignatureScheme) throws(CryptoError) {
        switch (scheme, key.kind) {
        case (.rsaPKCS1, .rsa(let bits)), (.rsaPSS, .rsa(let bits)): signatureByteCount = (bits + 7) / 8
        case (.ecdsa(let curve), .ec(let other)) where curve == other: signatureByteCount = 2 * curve.byteCount
        case (.ed25519, .ed25519): signatureByteCount = 64
        default: throw .keyRefused("the key does not go with its algorithm")
        }
        self.key = key
        self.scheme = scheme
    }

    /// Whether `signature` is one over `message`. Any other length than that of the key's signatures is refused.
    public func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        guard signature.count == signatureByteCount else { return false }
        let isValid: Bool
        switch scheme {
        case .rsaPKCS1(let digest), .rsaPSS(let digest):
            isValid = verify(signature, MessageDigest.digest(message, digest))
        case .ecdsa(let curve):
            guard let converted = ECDSASignature(raw: signature, curve: curve) else { return false }
            isValid = verify(
                converted.der.span.extracting(0..<converted.derCount), MessageDigest.digest(message, curve.digest))
        case .ed25519: isValid = verifyEd25519(signature, message)
        }
        if !isValid { ERR_clear_error() }
        return isValid
    }

    /// The signature over `message`.
    ///
    /// - Throws: ``CryptoError/failed(operation:)`` if the key is a public one, or the library fails.
    public func signature(for message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        guard key.isPrivate else { throw .failed(operation: "signing with a public key") }
        let signature: [UInt8]?
        switch scheme {
        case .rsaPKCS1(let digest), .rsaPSS(let digest): signature = sign(MessageDigest.digest(message, digest))
        case .ecdsa(let curve):
            signature = sign(MessageDigest.digest(message, curve.digest)).flatMap {
                ECDSASignature.raw(der: $0.span, curve: curve)
            }
        case .ed25519: signature = signEd25519(message)
        }
        guard let signature, signature.count == signatureByteCount else {
            ERR_clear_error()
            throw .failed(operation: "signing")
        }
        return signature
    }

    private func verify(_ signature: Span<UInt8>, _ digest: DigestValue) -> Bool {
        guard let context = verifying.take() ?? newContext(isSigning: false) else { return false }
        defer { verifying.give(context) }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.bytes.withUnsafeBufferPointer { digest in
                // The context is ours until given back; both buffers are read only within the call.
                unsafe EVP_PKEY_verify(
                    context.pointer, signature.baseAddress, signature.count, digest.baseAddress, digest.count) == 1
            }
        }
    }

    private func sign(_ digest: DigestValue) -> [UInt8]? {
        guard let context = signing.take() ?? newContext(isSigning: true) else { return nil }
        defer { signing.give(context) }
        var count = Int(unsafe EVP_PKEY_get_size(key.pointer))
        var signature = [UInt8](repeating: 0, count: count)
        let isSigned = unsafe digest.bytes.withUnsafeBufferPointer { digest in
            // The array is as long as the longest signature of the key.
            unsafe EVP_PKEY_sign(context.pointer, &signature, &count, digest.baseAddress, digest.count) == 1
        }
        return isSigned ? Array(signature.prefix(count)) : nil
    }

    /// A context set up for the scheme; nil if the library fails.
    private func newContext(isSigning: Bool) -> ContextPool.Context? {
        guard let pointer = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else { return nil }
        var isReady = unsafe (isSigning ? EVP_PKEY_sign_init(pointer) : EVP_PKEY_verify_init(pointer)) == 1
        switch scheme {
        case .rsaPKCS1(let digest):
            isReady =
                unsafe isReady && EVP_PKEY_CTX_set_rsa_padding(pointer, RSA_PKCS1_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(pointer, digest.method) == 1
        case .rsaPSS(let digest):
            // The salt is as long as the digest, no more and no less (RFC 7518 §3.5).
            isReady =
                unsafe isReady && EVP_PKEY_CTX_set_rsa_padding(pointer, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(pointer, digest.method) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(pointer, digest.method) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(pointer, RSA_PSS_SALTLEN_DIGEST) == 1
        case .ecdsa(let curve):
            isReady = unsafe isReady && EVP_PKEY_CTX_set_signature_md(pointer, curve.digest.method) == 1
        case .ed25519: break
        }
        guard isReady else {
            unsafe EVP_PKEY_CTX_free(pointer)
            return nil
        }
        return unsafe ContextPool.Context(pointer: pointer)
    }

    /// Ed25519 takes the message itself, in one call (RFC 8032 §5.1), through a context that is never given to another
    /// key.
    private func verifyEd25519(_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Bool {
        guard let context = messageContext() else { return false }
        defer { messages.give(context) }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                // The context is ours until given back; both buffers are read only within the calls.
                unsafe EVP_DigestVerifyInit_ex(context.pointer, nil, nil, nil, nil, key.pointer, nil) == 1
                    && EVP_DigestVerify(
                        context.pointer, signature.baseAddress, signature.count, message.baseAddress, message.count)
                        == 1
            }
        }
    }

    private func signEd25519(_ message: Span<UInt8>) -> [UInt8]? {
        guard let context = messageContext() else { return nil }
        defer { messages.give(context) }
        var signature = [UInt8](repeating: 0, count: signatureByteCount)
        var count = signature.count
        let isSigned = unsafe message.withUnsafeBufferPointer { message in
            // The context is ours until given back; the array is as long as the signature.
            unsafe EVP_DigestSignInit_ex(context.pointer, nil, nil, nil, nil, key.pointer, nil) == 1
                && EVP_DigestSign(context.pointer, &signature, &count, message.baseAddress, message.count) == 1
        }
        return isSigned && count == signature.count ? signature : nil
    }

    private func messageContext() -> ContextPool.Context? {
        if let context = messages.take() { return context }
        guard let pointer = unsafe EVP_MD_CTX_new() else { return nil }
        return unsafe ContextPool.Context(pointer: pointer)
    }
}

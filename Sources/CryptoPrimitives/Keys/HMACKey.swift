internal import COpenSSL

/// A secret for HMAC (RFC 2104) with one hash function, usable from any thread.
///
/// The secret is hashed into a context once; each message starts from that state, which spares a third of the cost of
/// a short message. The secret itself is not kept.
public final class HMACKey: Sendable {
    /// The hash function.
    public let algorithm: DigestAlgorithm
    private let pool = unsafe ContextPool(free: { unsafe EVP_MAC_CTX_free($0) })
    /// The keyed state that further contexts are copied from; only ever read.
    private let prototype: ContextPool.Context

    /// A key of the given secret.
    ///
    /// - Throws: ``CryptoError/keyRefused(_:)`` for an empty secret; RFC 7518 §3.2's minimum is the caller's to hold.
    public init(secret: Span<UInt8>, algorithm: DigestAlgorithm) throws(CryptoError) {
        guard !secret.isEmpty else { throw .keyRefused("the secret is empty") }
        guard let context = unsafe EVP_MAC_CTX_new(FetchedHMAC.shared.method) else { throw .failed(operation: "HMAC") }
        self.algorithm = algorithm
        unsafe prototype = ContextPool.Context(pointer: context)
        let isReady = unsafe secret.withUnsafeBufferPointer { secret in
            // A parameter points to its name and its text until the call that reads it, which changes neither. Both are
            // static strings: a String's C form (that of the macro OSSL_MAC_PARAM_DIGEST) would be gone by then.
            let name: StaticString = "digest"
            let text = unsafe UnsafeMutablePointer(mutating: algorithm.name.cString)
            var parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(name.cString, text, 0), OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_init(context, secret.baseAddress, secret.count, &parameters) == 1
        }
        guard isReady else {
            ERR_clear_error()
            throw .failed(operation: "HMAC")
        }
    }

    deinit {
        // The prototype was never given to anybody.
        unsafe EVP_MAC_CTX_free(prototype.pointer)
    }

    /// The message's authentication code, as long as the hash function's digest.
    public func authenticationCode(for message: Span<UInt8>) -> DigestValue {
        let context = pool.take() ?? copyOfPrototype()
        defer { pool.give(context) }
        return unsafe DigestValue(
            count: algorithm.byteCount,
            { output in
                unsafe message.withUnsafeBufferPointer { input in
                    // The context is ours until given back. A null key starts again from the keyed state.
                    unsafe EVP_MAC_init(context.pointer, nil, 0, nil) == 1
                        && EVP_MAC_update(context.pointer, input.baseAddress, input.count) == 1
                        && EVP_MAC_final(context.pointer, output, nil, 64) == 1
                }
            }, operation: "HMAC")
    }

    /// Whether `code` authenticates the message: all of its bytes, compared in constant time.
    public func isValid(_ code: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        let expected = authenticationCode(for: message)
        return ConstantTime.areEqual(code, expected.bytes)
    }

    private func copyOfPrototype() -> ContextPool.Context {
        // Copying reads the prototype only, and nobody writes it after the initializer.
        guard let copy = unsafe EVP_MAC_CTX_dup(prototype.pointer) else { preconditionFailure("out of memory") }
        return unsafe ContextPool.Context(pointer: copy)
    }
}

/// The process's HMAC algorithm, fetched once and never freed.
@safe private struct FetchedHMAC: @unchecked Sendable {
    // The library documents a fetched EVP_MAC as immutable and safe to share between threads.
    static let shared = FetchedHMAC()

    let method: OpaquePointer

    private init() {
        guard let method = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("the cryptographic library lacks HMAC")
        }
        unsafe self.method = unsafe method
    }
}

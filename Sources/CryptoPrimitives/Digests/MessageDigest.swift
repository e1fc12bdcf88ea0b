internal import COpenSSL

/// SHA-256, SHA-384 and SHA-512 (FIPS 180-4) of bytes in memory.
public enum MessageDigest {
    /// The digest of a message.
    public static func digest(_ message: Span<UInt8>, _ algorithm: DigestAlgorithm = .sha256) -> DigestValue {
        let pool = DigestContexts.shared
        let context = pool.take()
        defer { pool.give(context) }
        return unsafe DigestValue(
            count: algorithm.byteCount,
            { output in
                unsafe message.withUnsafeBufferPointer { input in
                    // The context is ours until given back; the output has room for the longest digest.
                    unsafe EVP_DigestInit_ex2(context.pointer, algorithm.method, nil) == 1
                        && EVP_DigestUpdate(context.pointer, input.baseAddress, input.count) == 1
                        && EVP_DigestFinal_ex(context.pointer, output, nil) == 1
                }
            }, operation: "a digest")
    }
}

/// The process's idle digest contexts; each may change its algorithm with each use.
private final class DigestContexts: Sendable {
    static let shared = DigestContexts()

    private let pool = unsafe ContextPool(free: { unsafe EVP_MD_CTX_free($0) })

    func take() -> ContextPool.Context {
        if let context = pool.take() { return context }
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        return unsafe ContextPool.Context(pointer: context)
    }

    func give(_ context: ContextPool.Context) {
        pool.give(context)
    }
}

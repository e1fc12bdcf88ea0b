internal import COpenSSL

/// Comparisons that take the same time wherever the first difference lies, so that timing tells nothing about a
/// secret.
public enum ConstantTime {
    /// Whether both hold the same bytes. The lengths are no secret: where they differ the answer is at once no.
    public static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard !left.isEmpty else { return true }
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                // Both buffers are as long as the count, and read only within this call.
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}

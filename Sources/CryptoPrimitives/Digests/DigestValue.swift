/// The result of a hash function or a MAC, held in place without an allocation.
public struct DigestValue: Sendable {
    private var storage = InlineArray<64, UInt8>(repeating: 0)
    /// Its length in bytes: 32, 48 or 64.
    public let count: Int

    /// Runs `fill` on room for `count` bytes.
    init(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Bool, operation: StaticString) {
        self.count = count
        var span = storage.mutableSpan
        let isFilled = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // The storage has 64 bytes, so it has an address.
            unsafe fill(buffer.baseAddress!)
        }
        // Hashing bytes in memory cannot fail by anything a peer sends.
        precondition(isFilled, "the cryptographic library failed in \(operation)")
    }

    /// Its bytes.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    /// Its bytes as an array.
    public var array: [UInt8] { (0..<count).map { storage[$0] } }
}

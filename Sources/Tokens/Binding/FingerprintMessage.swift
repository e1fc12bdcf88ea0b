/// What is hashed for one signal of a fingerprint: parts, each preceded by its length, so that no two different
/// clients ever give the same bytes.
struct FingerprintMessage {
    private(set) var bytes: [UInt8] = []

    init(signal: StaticString) {
        bytes.reserveCapacity(192)
        appendCount(signal.utf8CodeUnitCount)
        signal.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// A length in four bytes, the highest first.
    mutating func appendCount(_ count: Int) {
        let count = UInt32(clamping: count)
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    }

    mutating func appendPart(_ text: String) {
        appendCount(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}

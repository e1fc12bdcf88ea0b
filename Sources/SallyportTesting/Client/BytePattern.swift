internal import Glibc

/// An endless body whose every byte follows from its position, so that a body of any size can be checked without being
/// kept. Its period is a prime: no buffer size divides it.
public enum BytePattern {
    private static let period = 65_521
    private static let block: [UInt8] = {
        var state: UInt32 = 0x9E37_79B9
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * period)
        for _ in 0..<period {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(UInt8(truncatingIfNeeded: state >> 24))
        }
        return bytes + bytes
    }()

    /// The bytes from a position on; at most 65,521 of them.
    public static func bytes(at position: Int, count: Int) -> ArraySlice<UInt8> {
        let start = position % period
        return block[start..<(start + min(count, period))]
    }

    /// Whether bytes are those that belong at a position.
    public static func matches(_ bytes: [UInt8], at position: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { found in
            var offset = 0
            while offset < found.count {
                let wanted = self.bytes(at: position + offset, count: found.count - offset)
                // Both sides hold `wanted.count` bytes; a comparison element by element takes seconds unoptimised.
                let isEqual = unsafe wanted.withUnsafeBytes { wanted in
                    unsafe memcmp(wanted.baseAddress!, found.baseAddress! + offset, wanted.count) == 0
                }
                guard isEqual else { return false }
                offset += wanted.count
            }
            return true
        }
    }
}

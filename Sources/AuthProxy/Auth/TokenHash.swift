internal import Glibc
internal import HTTPWire

/// A keyed hash for the verified-token cache: multiply and fold, sixteen bytes at a step, with a secret of this loop.
///
/// It places entries and nothing else: equality is always decided by the bytes. The secret keeps strangers from choosing
/// which entries drive out which.
struct TokenHash {
    private let first = UInt64.random(in: 0...UInt64.max) | 1
    private let second = UInt64.random(in: 0...UInt64.max) | 1

    @inline(__always)
    func of(_ token: ByteRange, userAgent: ByteRange?, address: IPAddress, in bytes: RawSpan) -> UInt64 {
        var state = fold(address.high ^ first, address.low ^ second)
        state = add(token, bytes, state)
        // The lengths go in, so that bytes cannot move from one part to the next.
        guard let userAgent else { return fold(state ^ UInt64(token.count), second) }
        state = add(userAgent, bytes, state)
        return fold(state ^ UInt64(token.count) &* 0x1_0001, first ^ UInt64(userAgent.count + 1))
    }

    @inline(__always)
    private func add(_ range: ByteRange, _ bytes: RawSpan, _ start: UInt64) -> UInt64 {
        var state = start
        var offset = Int(range.start)
        let end = Int(range.end)
        while offset &+ 16 <= end {
            state = fold(bytes.load64(offset) ^ first ^ state, bytes.load64(offset &+ 8) ^ second)
            offset &+= 16
        }
        if offset &+ 8 <= end {
            state = fold(bytes.load64(offset) ^ first, state ^ second)
            offset &+= 8
        }
        var rest: UInt64 = 0
        while offset < end {
            rest = rest << 8 | UInt64(bytes.byteAt(offset))
            offset &+= 1
        }
        return fold(rest ^ second ^ state, first)
    }

    @inline(__always)
    private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension RawSpan {
    /// Eight bytes from an offset on that lies at least eight before the end.
    @inline(__always)
    func load64(_ offset: Int) -> UInt64 { unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) }

    /// Whether the bytes of a range are those of an array.
    func isEqual(_ range: ByteRange, to other: [UInt8]) -> Bool {
        isEqual(range, to: ByteRange(0, other.count), of: other)
    }

    /// Whether the bytes of a range are those of a range of an array.
    @inline(__always)
    func isEqual(_ range: ByteRange, to part: ByteRange, of other: [UInt8]) -> Bool {
        let count = part.count
        guard range.count == count else { return false }
        let (start, otherStart) = (Int(range.start), Int(part.start))
        return unsafe other.withUnsafeBytes { stored in
            unsafe withUnsafeBytes { own in
                // Each range lies within its bytes, and both have `count` of them.
                guard count > 0, let left = stored.baseAddress, let right = own.baseAddress else {
                    return count == 0
                }
                return unsafe memcmp(left + otherStart, right + start, count) == 0
            }
        }
    }
}

/// Loads without a bounds check, for loops whose own condition is the check. Each asserts it where assertions are on:
/// in tests and under the fuzzer.
extension RawSpan {
    /// The byte at `offset`, which the caller has compared with the number of bytes.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        assert(offset >= 0 && offset < byteCount)
        // The caller's loop bound proves the offset; the assertion above watches over it.
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes from `offset` on, the first one in the lowest bits.
    @inline(__always)
    func word64(_ offset: Int) -> UInt64 {
        assert(offset >= 0 && offset + 8 <= byteCount)
        // As above, for eight bytes.
        return unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes from `offset` on, the first one in the lowest bits.
    @inline(__always)
    func word32(_ offset: Int) -> UInt32 {
        assert(offset >= 0 && offset + 4 <= byteCount)
        // As above, for four bytes.
        return unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// The bytes of a range that a parser found in this very buffer.
    ///
    /// - Precondition: the range lies within the buffer.
    @_lifetime(copy self)
    public func bytes(_ range: ByteRange) -> RawSpan {
        extracting(range.range)
    }

    /// Whether the range's bytes are exactly `text`.
    public func equals(_ range: ByteRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count
        where unsafe unsafeLoad(fromByteOffset: Int(range.start) + index, as: UInt8.self) != text.utf8Start[index] {
            // The literal's pointer is good for `utf8CodeUnitCount` bytes, and the counts are equal.
            return false
        }
        return true
    }

    /// Whether the range's bytes are `text`, which is in lower case, when the case of ASCII letters is ignored.
    public func equalsIgnoringCase(_ range: ByteRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count {
            let byte = unsafe unsafeLoad(fromByteOffset: Int(range.start) + index, as: UInt8.self)
            // The literal's pointer is good for `utf8CodeUnitCount` bytes, and the counts are equal.
            if unsafe ASCII.lowercased(byte) != text.utf8Start[index] { return false }
        }
        return true
    }

    /// Whether two ranges hold the same bytes when the case of ASCII letters is ignored.
    func equalsIgnoringCase(_ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count
        where ASCII.lowercased(byte(Int(left.start) + index)) != ASCII.lowercased(byte(Int(right.start) + index)) {
            return false
        }
        return true
    }

    /// Whether two ranges hold the same bytes.
    func equals(_ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where byte(Int(left.start) + index) != byte(Int(right.start) + index) {
            return false
        }
        return true
    }

    /// The range without spaces and tabs at its ends (`OWS`, RFC 9110 §5.6.3).
    @inline(__always)
    func trimmed(_ start: Int, _ end: Int) -> ByteRange {
        var first = start
        var last = end
        while first < last, ASCII.isBlank(byte(first)) { first += 1 }
        while last > first, ASCII.isBlank(byte(last - 1)) { last -= 1 }
        return ByteRange(first, last)
    }

    /// The offset of the first `wanted` in `start..<end`.
    @inline(__always)
    func firstOffset(of wanted: UInt8, from start: Int, to end: Int) -> Int? {
        let pattern = 0x0101_0101_0101_0101 &* UInt64(wanted)
        var offset = start
        while offset &+ 8 <= end {
            // The high bit of the first byte that is equal, and perhaps of ones behind it.
            let difference = word64(offset) ^ pattern
            let marks = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if marks != 0 { return offset &+ marks.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < end {
            if byte(offset) == wanted { return offset }
            offset &+= 1
        }
        return nil
    }

    /// The range as text, for places off the hot path; what is not UTF-8 becomes U+FFFD.
    public func string(_ range: ByteRange) -> String {
        let part = bytes(range)
        return unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

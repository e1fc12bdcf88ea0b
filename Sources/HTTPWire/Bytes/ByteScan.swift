/// Finds the end of names, values and targets eight bytes at a step.
///
/// Each test works on a word whose first byte is in the lowest bits, and sets the high bit of the bytes that stop the
/// scan. A byte-wise loop over a table mispredicts its exit at each name and costs half as much as the whole head.
enum ByteScan {
    private static let high: UInt64 = 0x8080_8080_8080_8080
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Marks bytes that are neither letter, digit nor hyphen. Exact for each byte: no sum of two 7-bit numbers carries.
    @inline(__always)
    private static func notName(_ word: UInt64) -> UInt64 {
        let seven = word & ~high
        let lower = seven | ones &* 0x20
        let letter = (lower &+ ones &* 0x1f) & ~(lower &+ ones &* 0x05)
        let digit = (seven &+ ones &* 0x50) & ~(seven &+ ones &* 0x46)
        let hyphen = high &- (seven ^ ones &* 0x2d)
        return ~((letter | digit | hyphen) & ~word) & high
    }

    /// Marks control bytes, the tab among them; the lowest mark is exact (a borrow only spoils bytes behind it).
    @inline(__always)
    private static func control(_ word: UInt64) -> UInt64 {
        let low = word &- ones &* 0x20
        let delete = (word ^ ones &* 0x7f) &- ones
        return (low | delete) & ~word & high
    }

    /// Marks what is not visible ASCII, and `#`; the lowest mark is exact.
    @inline(__always)
    private static func notTarget(_ word: UInt64) -> UInt64 {
        let low = (word &- ones &* 0x21) & ~word
        // 0x7f plus one has the high bit, as all bytes beyond ASCII have it.
        let beyond = word | ((word & ~high) &+ ones)
        let hash = word ^ ones &* 0x23
        return (low | beyond | ((hash &- ones) & ~hash)) & high
    }

    /// Marks capital letters. Exact for each byte.
    @inline(__always)
    private static func capital(_ word: UInt64) -> UInt64 {
        let seven = word & ~high
        return (seven &+ ones &* 0x3f) & ~(seven &+ ones &* 0x25) & ~word & high
    }

    /// Whether a word holds control bytes or spaces. Where it holds none, nothing is borrowed, so zero is exact.
    @inline(__always)
    private static func hasNoWordByte(_ word: UInt64) -> Bool {
        ((word &- ones &* 0x21) | ((word ^ ones &* 0x7f) &- ones)) & ~word & high != 0
    }

    /// Whether all bytes are visible ASCII, and neither colon nor capital letter.
    static func isLowerCaseName(_ bytes: RawSpan) -> Bool {
        let end = bytes.byteCount
        var offset = 0
        while offset < end {
            if offset &+ 8 <= end {
                let word = bytes.word64(offset)
                let marks = notName(word) | capital(word)
                offset &+= marks == 0 ? 8 : marks.trailingZeroBitCount >> 3
                if marks == 0 { continue }
            }
            // Tokens that are neither letter, digit nor hyphen, and the last bytes.
            let byte = bytes.byte(offset)
            guard byte > 0x20, byte < 0x7f, byte != ASCII.colon, !(0x41...0x5a ~= byte) else { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether there is neither a control byte nor a space.
    static func isWord(_ bytes: RawSpan) -> Bool {
        let end = bytes.byteCount
        var offset = 0
        while offset &+ 8 <= end {
            if hasNoWordByte(bytes.word64(offset)) { return false }
            offset &+= 8
        }
        while offset < end {
            let byte = bytes.byte(offset)
            if byte <= 0x20 || byte == 0x7f { return false }
            offset &+= 1
        }
        return true
    }

    /// The offset of the first byte that is neither letter, digit, hyphen nor of class `nameClass`, or `end`. Class 0
    /// may stop early in the last seven bytes.
    @inline(__always)
    static func nameEnd(_ bytes: RawSpan, _ start: Int, _ end: Int, _ nameClass: UInt8) -> Int {
        var offset = start
        while offset &+ 8 <= end {
            let marks = notName(bytes.word64(offset))
            if marks == 0 {
                offset &+= 8
                continue
            }
            offset &+= marks.trailingZeroBitCount >> 3
            let byte = bytes.byte(offset)
            // Colons end nearly all names; the other tokens (`.`, `!`, …) are rare enough to go one by one.
            if byte == ASCII.colon || !ByteClass.is(byte, nameClass) { return offset }
            offset &+= 1
        }
        while offset < end, ByteClass.is(bytes.byte(offset), nameClass) { offset &+= 1 }
        return offset
    }

    /// The offset of the first control byte that is no tab, or `end`.
    @inline(__always)
    static func valueEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var offset = start
        while offset &+ 16 <= end {
            let first = control(bytes.word64(offset))
            let second = control(bytes.word64(offset &+ 8))
            if first | second == 0 {
                offset &+= 16
                continue
            }
            offset &+= first != 0 ? first.trailingZeroBitCount >> 3 : 8 &+ second.trailingZeroBitCount >> 3
            if bytes.byte(offset) != ASCII.tab { return offset }
            offset &+= 1
        }
        while offset &+ 8 <= end {
            let marks = control(bytes.word64(offset))
            if marks == 0 {
                offset &+= 8
                continue
            }
            offset &+= marks.trailingZeroBitCount >> 3
            if bytes.byte(offset) != ASCII.tab { return offset }
            offset &+= 1
        }
        while offset < end {
            let byte = bytes.byte(offset)
            if (byte < 0x20 && byte != ASCII.tab) || byte == 0x7f { return offset }
            offset &+= 1
        }
        return offset
    }

    /// The offset of the first byte that does not belong to a request target, or `end`.
    @inline(__always)
    static func targetEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var offset = start
        while offset &+ 8 <= end {
            let marks = notTarget(bytes.word64(offset))
            if marks != 0 { return offset &+ marks.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < end, ByteClass.is(bytes.byte(offset), ByteClass.target) { offset &+= 1 }
        return offset
    }
}

/// A field name of up to 24 bytes as three words in lower case: two names are equal if their lengths and words are.
///
/// Words overlap where the name is shorter than they are together, so that no byte beyond the name is read. A name of
/// `tchar` may be lowered by setting bit 0x20: the only tokens that this maps onto each other are the two cases of a
/// letter, `^` and `~`, and `_` and DEL, none of which stands in a name that we know.
struct FieldNameKey: Equatable {
    /// The first 8 bytes; of a name of 4 to 7, the first 4 and the last 4; of a shorter one, all.
    let first: UInt64
    /// The last 8 bytes of a name of 8 or more.
    let last: UInt64
    /// Bytes 8 to 15 of a name of 17 or more.
    let middle: UInt64

    private static let lowerBits: UInt64 = 0x2020_2020_2020_2020

    /// The key of the name at `start..<end`, which holds at least one byte.
    @inline(__always)
    init(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        let count = end - start
        if count >= 8 {
            first = bytes.word64(start) | Self.lowerBits
            last = bytes.word64(end - 8) | Self.lowerBits
            middle = count > 16 ? bytes.word64(start + 8) | Self.lowerBits : 0
        } else {
            if count >= 4 {
                first = (UInt64(bytes.word32(start)) | UInt64(bytes.word32(end - 4)) << 32) | Self.lowerBits
            } else {
                // One to three bytes: first, middle, last, as in a key of three.
                first =
                    (UInt64(bytes.byte(start)) | UInt64(bytes.byte(start + count / 2)) << 8
                        | UInt64(bytes.byte(end - 1)) << 16) | 0x20_2020
            }
            last = 0
            middle = 0
        }
    }

    /// The key of a literal as it is spelled; the compiler folds it into constants.
    @inline(__always)
    init(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        if count >= 8 {
            first = Self.half(text, 0) | Self.half(text, 4) << 32
            last = Self.half(text, count &- 8) | Self.half(text, count &- 4) << 32
            middle = count > 16 ? Self.half(text, 8) | Self.half(text, 12) << 32 : 0
        } else {
            if count >= 4 {
                first = Self.half(text, 0) | Self.half(text, count &- 4) << 32
            } else {
                first = Self.byte(text, 0) | Self.byte(text, count / 2) << 8 | Self.byte(text, count &- 1) << 16
            }
            last = 0
            middle = 0
        }
    }

    @inline(__always)
    private static func half(_ text: StaticString, _ start: Int) -> UInt64 {
        byte(text, start) | byte(text, start &+ 1) << 8 | byte(text, start &+ 2) << 16 | byte(text, start &+ 3) << 24
    }

    @inline(__always)
    private static func byte(_ text: StaticString, _ index: Int) -> UInt64 {
        // Each call above stays below the literal's length.
        unsafe UInt64(text.utf8Start[index])
    }
}

import HTTPWire

/// Bytes in a test, with `\u{XX}` above 0x7f meant as single bytes (ISO 8859-1).
func latin(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}

/// Calls `body` with the bytes of a text and the range of all of them.
func withBytes<Result>(_ text: String, _ body: (RawSpan, ByteRange) -> Result) -> Result {
    let bytes = [UInt8](text.utf8)
    // A span of UInt8 has no padding.
    return unsafe body(bytes.span.bytes, ByteRange(0, bytes.count))
}

/// What `append` writes into an empty buffer, as text.
func written(_ append: (OutputBuffer) -> Void) -> String {
    let buffer = OutputBuffer()
    append(buffer)
    return buffer.string
}

/// A generator whose sequence is the same in each run (SplitMix64), so that a failure can be repeated.
struct RepeatableGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

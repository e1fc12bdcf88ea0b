internal import HTTPWire

/// Makes identifiers of requests: 32 hexadecimal digits, unique but no secret. It belongs to one loop.
struct RequestID {
    private let prefix = UInt64.random(in: 0...UInt64.max)
    private var counter = UInt64.random(in: 0...UInt64.max)

    /// How many bytes an identifier of ours has.
    static let length = 32
    /// How many bytes one from a trusted proxy may have.
    static let longest = 128

    /// Appends the next one.
    mutating func appendNext(to output: OutputBuffer) {
        // An odd step visits all 2^64 numbers before one comes again.
        counter &+= 0x9e37_79b9_7f4a_7c15
        output.append(hex16: prefix)
        output.append(hex16: counter)
    }

    /// Whether an identifier of a trusted proxy may be kept: visible ASCII of bounded length.
    static func isAcceptable(_ range: ByteRange, in bytes: RawSpan) -> Bool {
        guard range.count >= 1, range.count <= longest else { return false }
        for offset in range.range where bytes.byteAt(offset) <= 0x20 || bytes.byteAt(offset) >= 0x7f { return false }
        return true
    }
}

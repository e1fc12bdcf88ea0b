/// An ECDSA signature between the two forms in use: `r ‖ s` of JWS (RFC 7518 §3.4) and the library's DER
/// (RFC 3279 §2.2.3).
struct ECDSASignature {
    /// Two integers of at most 67 bytes, their tags and lengths, and those of the sequence.
    static let derCapacity = 144

    private(set) var der = InlineArray<144, UInt8>(repeating: 0)
    private(set) var derCount = 0

    /// The DER form of `r ‖ s`; nil unless it has exactly twice the coordinate's length and neither half is zero.
    init?(raw: Span<UInt8>, curve: EllipticCurve) {
        let half = curve.byteCount
        guard raw.count == 2 * half else { return nil }
        guard let r = Self.integer(raw, 0..<half), let s = Self.integer(raw, half..<2 * half) else { return nil }
        let content = 4 + r.length + s.length
        append(0x30)
        if content > 0x7f { append(0x81) }
        append(UInt8(content))
        for number in [r, s] {
            append(0x02)
            append(UInt8(number.length))
            if number.isPadded { append(0) }
            for index in number.start..<number.end { append(raw[index]) }
        }
    }

    /// Writes the halves of a DER form as `r ‖ s`; nil where it is not what the library writes for the curve.
    static func raw(der: Span<UInt8>, curve: EllipticCurve) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 2 * curve.byteCount)
        var offset = 0
        func next() -> Int? {
            guard offset < der.count else { return nil }
            offset += 1
            return Int(der[offset - 1])
        }
        guard next() == 0x30, var length = next() else { return nil }
        if length == 0x81 {
            guard let long = next() else { return nil }
            length = long
        }
        guard length == der.count - offset else { return nil }
        for end in [curve.byteCount, 2 * curve.byteCount] {
            guard next() == 0x02, var count = next(), count > 0, count <= der.count - offset else { return nil }
            while count > curve.byteCount {
                guard next() == 0 else { return nil }
                count -= 1
            }
            for index in 0..<count { output[end - count + index] = der[offset + index] }
            offset += count
        }
        return offset == der.count ? output : nil
    }

    private mutating func append(_ byte: UInt8) {
        der[derCount] = byte
        derCount += 1
    }

    /// Where an unsigned number begins without leading zeros, and how long its DER form is; nil for zero.
    private static func integer(_ raw: Span<UInt8>, _ range: Range<Int>)
        -> (start: Int, end: Int, isPadded: Bool, length: Int)?
    {
        var start = range.lowerBound
        while start < range.upperBound, raw[start] == 0 { start += 1 }
        guard start < range.upperBound else { return nil }
        // A set high bit would make the number negative.
        let isPadded = raw[start] & 0x80 != 0
        return (start, range.upperBound, isPadded, range.upperBound - start + (isPadded ? 1 : 0))
    }
}

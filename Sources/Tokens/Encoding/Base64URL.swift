/// base64url without padding (RFC 4648 §5, RFC 7515 §2), in its one canonical spelling.
///
/// What is refused: `=`, `+`, `/`, white space and anything else outside the alphabet, a length that no encoder
/// produces, and bits set in the last character that belong to no byte. So a value has exactly one spelling, and a
/// signed text cannot be altered without being noticed.
public enum Base64URL {
    /// How many bytes `count` characters stand for; nil if no bytes have that many.
    static func decodedCount(_ count: Int) -> Int? {
        let rest = count & 3
        return rest == 1 ? nil : count / 4 * 3 + (rest == 0 ? 0 : rest - 1)
    }

    /// Writes the bytes of `text` to `output`, which has room for ``decodedCount(_:)`` of them; nil if the text is
    /// not canonical base64url.
    static func decode(_ text: Span<UInt8>, into output: UnsafeMutableRawBufferPointer) -> Int? {
        guard let count = decodedCount(text.count), count <= output.count else { return nil }
        let groups = text.count / 4
        var isBad: UInt8 = 0
        // Each group of the text has its four characters, and three bytes for it lie within the count compared above. Of all
        // groups but the last, four bytes are written at once: the fourth one is the next group's first, and written again.
        unsafe text.withUnsafeBufferPointer { text in
            guard groups > 0, var from = unsafe UnsafeRawPointer(text.baseAddress), var to = output.baseAddress
            else { return }
            let table = unsafe Base64URLTable.shared.words
            var seen: UInt32 = 0
            for _ in 0..<groups &- 1 {
                let bits = unsafe group(from, table)
                seen |= bits
                unsafe to.storeBytes(of: (bits << 8).bigEndian, as: UInt32.self)
                unsafe from += 4
                unsafe to += 3
            }
            let bits = unsafe group(from, table)
            seen |= bits
            unsafe to.storeBytes(of: UInt8(truncatingIfNeeded: bits >> 16), as: UInt8.self)
            unsafe to.storeBytes(of: UInt8(truncatingIfNeeded: bits >> 8), toByteOffset: 1, as: UInt8.self)
            unsafe to.storeBytes(of: UInt8(truncatingIfNeeded: bits), toByteOffset: 2, as: UInt8.self)
            if seen > 0xff_ffff { isBad = 0xff }
        }
        let rest = text.count &- groups &* 4
        if rest > 0 {
            let (a, b) = (sextet(text[groups &* 4]), sextet(text[groups &* 4 &+ 1]))
            isBad |= (a | b) & 0xc0
            unsafe output[groups &* 3] = a << 2 | b >> 4
            if rest == 2 {
                isBad |= b & 0x0f
            } else {
                let c = sextet(text[groups &* 4 &+ 2])
                isBad |= c & 0xc0 | c & 0x03
                unsafe output[groups &* 3 &+ 1] = b << 4 | c >> 2
            }
        }
        return isBad == 0 ? count : nil
    }

    /// The 24 bits of four characters; beyond them a bit is set where one of these is none of the alphabet.
    @inline(__always)
    private static func group(_ from: UnsafeRawPointer, _ table: UnsafePointer<UInt32>) -> UInt32 {
        // The caller has four bytes there, and the table 256 words for each of them.
        let letters = unsafe UInt32(littleEndian: from.loadUnaligned(as: UInt32.self))
        return unsafe table[Int(letters & 0xff)] | table[256 &+ Int(letters >> 8 & 0xff)]
            | table[512 &+ Int(letters >> 16 & 0xff)] | table[768 &+ Int(letters >> 24)]
    }

    /// The bytes that `text` stands for; nil if it is not canonical base64url.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard let count = decodedCount(text.count) else { return nil }
        var isGood = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            guard unsafe decode(text, into: UnsafeMutableRawBufferPointer(buffer)) == count else { return }
            (isGood, written) = (true, count)
        }
        return isGood ? bytes : nil
    }

    /// The bytes that `text` stands for; nil if it is not canonical base64url.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8).span)
    }

    /// Appends the text of `bytes`.
    public static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count * 4 + 2) / 3)
        var offset = 0
        while offset < bytes.count {
            let first = bytes[offset]
            let second = offset + 1 < bytes.count ? bytes[offset + 1] : 0
            let third = offset + 2 < bytes.count ? bytes[offset + 2] : 0
            output.append(alphabet[Int(first >> 2)])
            output.append(alphabet[Int((first << 4 | second >> 4) & 0x3f)])
            if offset + 1 < bytes.count { output.append(alphabet[Int((second << 2 | third >> 6) & 0x3f)]) }
            if offset + 2 < bytes.count { output.append(alphabet[Int(third & 0x3f)]) }
            offset += 3
        }
    }

    /// The text of `bytes`.
    public static func encode(_ bytes: Span<UInt8>) -> String {
        var output: [UInt8] = []
        append(bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The six bits of a character; 0xff outside the alphabet.
    @inline(__always)
    static func sextet(_ character: UInt8) -> UInt8 { sextets[Int(character)] }
}

private let alphabet: InlineArray<64, UInt8> = [
    0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50,
    0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
    0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
    0x77, 0x78, 0x79, 0x7a, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x2d, 0x5f,
]

/// Row by row of 16 characters.
// swift-format-ignore
private let sextets: InlineArray<256, UInt8> = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3e, 0xff, 0xff,
    0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
    0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xff, 0xff, 0xff, 0xff, 0x3f,
    0xff, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
]

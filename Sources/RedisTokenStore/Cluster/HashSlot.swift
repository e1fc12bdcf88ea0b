/// The slot of a Redis Cluster that a key lies in: CRC-16 (XMODEM) of the key's hash tag, if it has one, or of the key,
/// modulo 16384 (Redis Cluster specification, "Key distribution model").
enum HashSlot {
    static let count = 16_384

    private static let table: [UInt16] = (0..<256).map { index in
        var remainder = UInt16(index) << 8
        for _ in 0..<8 {
            remainder = remainder & 0x8000 == 0 ? remainder << 1 : (remainder << 1) ^ 0x1021
        }
        return remainder
    }

    /// The slot of a key.
    static func of(_ key: String) -> Int {
        var tag = key.utf8[...]
        if let open = tag.firstIndex(of: UInt8(ascii: "{")) {
            let rest = tag[tag.index(after: open)...]
            if let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex { tag = rest[..<close] }
        }
        var remainder: UInt16 = 0
        for byte in tag {
            remainder = remainder << 8 ^ table[Int(UInt8(truncatingIfNeeded: remainder >> 8) ^ byte)]
        }
        return Int(remainder) % count
    }
}

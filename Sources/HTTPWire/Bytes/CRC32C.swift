/// The checksum CRC-32C (Castagnoli), as RFC 9260, appendix A, has it: reflected, polynomial 0x1EDC6F41.
struct CRC32C {
    private var register: UInt32 = 0xffff_ffff

    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78 }
        return value
    }

    /// The checksum of what was added.
    var value: UInt32 { ~register }

    /// Adds a byte.
    mutating func add(_ byte: UInt8) {
        register = register >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
    }
}

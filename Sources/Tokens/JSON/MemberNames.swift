/// The names of an object's members so far, to find one that stands twice.
struct MemberNames {
    /// Beyond so many members, names are compared through a set.
    private static let scannedMembers = 24

    private var claims: UInt16 = 0
    private var marks: UInt64 = 0
    private var names: Set<String> = []

    /// Adds a claim; false if it was there already. No other name is the same as that of a claim.
    @inline(__always)
    mutating func add(_ claim: ClaimName) -> Bool {
        let bit: UInt16 = 1 << UInt16(claim.index)
        guard claims & bit == 0 else { return false }
        claims |= bit
        return true
    }

    /// Adds any other name; false if it was there already.
    ///
    /// - Parameters:
    ///   - written: the name as it is written.
    ///   - members: the members so far.
    mutating func add(_ name: String, as written: Span<UInt8>, among members: [JSONObject.Member]) -> Bool {
        let mark = Self.mark(of: written)
        if members.count >= Self.scannedMembers, names.isEmpty { names.formUnion(members.map(\.name)) }
        let isNew =
            members.count < Self.scannedMembers
            ? marks & mark == 0 || !members.contains { $0.name == name } : names.insert(name).inserted
        marks |= mark
        return isNew
    }

    /// One bit for a name as it is written, the same for the same name: a name whose bit is new needs no comparison. One
    /// with escapes or other characters than ASCII may be the same as one that is spelled otherwise, and gets all bits.
    private static func mark(of name: Span<UInt8>) -> UInt64 {
        var mixed = UInt32(truncatingIfNeeded: name.count)
        for index in name.indices {
            let byte = name[index]
            if byte >= 0x80 || byte == UInt8(ascii: "\\") { return .max }
            mixed = mixed &* 33 &+ UInt32(byte)
        }
        return 1 << UInt64(mixed & 63)
    }
}

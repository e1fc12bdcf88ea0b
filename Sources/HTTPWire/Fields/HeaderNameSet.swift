/// The names that only Sallyport may send: the header firewall's list.
///
/// Case does not count, and `-` equals `_`, because many applications fold them (CGI's `HTTP_X_USER`). Every name that
/// begins with `sallyport-` is in each set. An absent name is told from its length and initial alone in most cases.
public struct HeaderNameSet: Sendable {
    /// The names in firewall spelling: lower case, `-` for `_`; one after the other.
    private var letters: [UInt8] = []
    /// Where each name lies in `letters`, sorted by length.
    private var names: [ByteRange] = []
    /// Bit n: a name has n bytes; bit 63: a name has 63 or more.
    private var lengths: UInt64 = 0
    /// Bit n: a name begins with a byte whose low five bits are n.
    private var initials: UInt32 = 0

    /// A set of names.
    public init(_ names: some Sequence<String>) {
        for name in names {
            let start = letters.count
            letters.append(contentsOf: name.utf8.lazy.map(Self.folded))
            guard letters.count > start else { continue }
            lengths |= 1 << UInt64(min(letters.count - start, 63))
            initials |= 1 << UInt32(letters[start] & 31)
            self.names.append(ByteRange(start, letters.count))
        }
        self.names.sort { $0.count < $1.count }
    }

    /// Whether the name is in the set.
    public func contains(_ name: RawSpan) -> Bool {
        contains(ByteRange(0, name.byteCount), in: name)
    }

    /// Whether the field line's name is in the set.
    @inline(__always)
    public func contains(_ field: FieldLine, in bytes: RawSpan) -> Bool {
        field.known == .sallyport || contains(field.name, in: bytes)
    }

    /// Whether the name at `range` is in the set.
    public func contains(_ range: ByteRange, in bytes: RawSpan) -> Bool {
        guard range.start >= 0, range.end <= bytes.byteCount, range.count > 0 else { return false }
        let start = Int(range.start)
        if KnownField.isSallyport(bytes, start, Int(range.end)) { return true }
        guard lengths & (1 << UInt64(min(range.count, 63))) != 0,
            initials & (1 << UInt32(Self.folded(bytes.byte(start)) & 31)) != 0
        else { return false }
        for name in names where name.count == range.count && matches(name, bytes, start) { return true }
        return false
    }

    private func matches(_ name: ByteRange, _ bytes: RawSpan, _ start: Int) -> Bool {
        for index in 0..<name.count where letters[Int(name.start) + index] != Self.folded(bytes.byte(start + index)) {
            return false
        }
        return true
    }

    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8 {
        byte == ASCII.underscore ? ASCII.hyphen : ASCII.lowercased(byte)
    }
}

/// What an Authorization field holds for us (RFC 6750 §2.1): only the Bearer scheme is ours, another one is the
/// application's.
public enum BearerCredential: Sendable, Equatable {
    /// Another scheme, or nothing.
    case none
    /// The token: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
    case token(ByteRange)
    /// The Bearer scheme without a token that obeys the grammar; two in one field end here too.
    case malformed

    /// Reads a field value without blanks at its ends.
    public static func parse(_ value: ByteRange, in bytes: RawSpan) -> BearerCredential {
        let start = Int(value.start)
        let end = Int(value.end)
        guard value.count >= 6, isBearer(bytes, start, end) else { return .none }
        guard value.count > 6 else { return .malformed }
        var offset = start + 6
        guard bytes.byte(offset) == ASCII.space else {
            // A longer scheme's name is another scheme.
            return ByteClass.is(bytes.byte(offset), ByteClass.token) ? .none : .malformed
        }
        while offset < end, bytes.byte(offset) == ASCII.space { offset += 1 }
        let token = ByteRange(offset, end)
        return isToken(token, in: bytes) ? .token(token) : .malformed
    }

    /// What stands behind the Bearer scheme, its grammar not looked at: for who compares it with tokens that are known to
    /// be good. nil for another scheme; empty where nothing stands there.
    @inline(__always)
    public static func candidate(_ value: ByteRange, in bytes: RawSpan) -> ByteRange? {
        let start = Int(value.start)
        let end = Int(value.end)
        guard value.count >= 6, isBearer(bytes, start, end) else { return nil }
        guard value.count > 6 else { return ByteRange(end, end) }
        var offset = start + 6
        guard bytes.byte(offset) == ASCII.space else {
            return ByteClass.is(bytes.byte(offset), ByteClass.token) ? nil : ByteRange(end, end)
        }
        while offset < end, bytes.byte(offset) == ASCII.space { offset += 1 }
        return ByteRange(offset, end)
    }

    /// Whether the scheme `Bearer` stands at `start`, in any case (RFC 9110 §11.1); six bytes are there.
    @inline(__always)
    private static func isBearer(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end &- start >= 8 else { return bytes.equalsIgnoringCase(ByteRange(start, start + 6), "bearer") }
        // Six letters, the first one in the lowest bits. A byte that only the case bit turns into one of them is a capital.
        return (bytes.word64(start) | 0x2020_2020_2020) & 0xffff_ffff_ffff == 0x7265_7261_6562
    }

    /// Whether the bytes are a `b64token`.
    public static func isToken(_ range: ByteRange, in bytes: RawSpan) -> Bool {
        let end = Int(range.end)
        var offset = ByteScan.nameEnd(bytes, Int(range.start), end, ByteClass.base64Token)
        guard offset > Int(range.start) else { return false }
        while offset < end, bytes.byte(offset) == ASCII.equals { offset += 1 }
        return offset == end
    }
}

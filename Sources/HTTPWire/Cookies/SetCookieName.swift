/// The name in a Set-Cookie field (RFC 6265bis §5.6), for finding an application that sets a cookie of ours.
public enum SetCookieName {
    /// The name: what stands before `=` in the part before the first semicolon, without blanks at its ends.
    ///
    /// A cookie without a name comes back to servers as its value alone, which they read as `name=value`; so for
    /// `=sid=1` and for `sid` (both nameless) this is `sid`.
    public static func range(of value: ByteRange, in bytes: RawSpan) -> ByteRange {
        let start = Int(value.start)
        let stop = bytes.firstOffset(of: ASCII.semicolon, from: start, to: Int(value.end)) ?? Int(value.end)
        let pair = bytes.trimmed(start, stop)
        var first = Int(pair.start)
        while first < Int(pair.end), bytes.byte(first) == ASCII.equals || ASCII.isBlank(bytes.byte(first)) {
            first += 1
        }
        let end = bytes.firstOffset(of: ASCII.equals, from: first, to: Int(pair.end)) ?? Int(pair.end)
        return bytes.trimmed(first, end)
    }
}

/// The target of a request, taken apart (RFC 9112 §3.2).
public struct RequestTarget: Sendable, Equatable {
    /// Which form it has; authority-form belongs to CONNECT, which we refuse.
    public enum Form: UInt8, Sendable {
        /// `/path?query` (§3.2.1).
        case origin
        /// `http://host/path?query` (§3.2.2).
        case absolute
        /// `*`, with OPTIONS (§3.2.4).
        case asterisk
    }

    /// The form.
    public var form: Form
    /// Whether an absolute-form target says `https`.
    public var isSecure: Bool = false
    /// The authority of an absolute-form target.
    public var authority: ByteRange = .empty
    /// Path and query of origin-form and absolute-form; empty or beginning with `?` where an absolute-form target has
    /// no path, which then is `/`. The asterisk itself in asterisk-form.
    public var pathAndQuery: ByteRange

    /// Takes apart a target whose bytes are all of ``ByteClass/target``.
    @inline(__always)
    static func parse(_ bytes: RawSpan, _ range: ByteRange, method: HTTPMethod) throws(HTTPParseError)
        -> RequestTarget
    {
        if method != .connect, bytes.byte(Int(range.start)) == ASCII.slash {
            return RequestTarget(form: .origin, pathAndQuery: range)
        }
        return try other(bytes, range, method: method)
    }

    private static func other(_ bytes: RawSpan, _ range: ByteRange, method: HTTPMethod) throws(HTTPParseError)
        -> RequestTarget
    {
        let start = Int(range.start)
        let end = Int(range.end)
        guard method != .connect else { throw HTTPParseError(.connectRefused, at: start) }
        if bytes.equals(range, "*") {
            guard method == .options else { throw HTTPParseError(.invalidTargetForm, at: start) }
            return RequestTarget(form: .asterisk, pathAndQuery: range)
        }
        let isSecure = hasPrefix(bytes, range, "https://")
        guard isSecure || hasPrefix(bytes, range, "http://") else {
            throw HTTPParseError(.invalidTargetForm, at: start)
        }
        let authorityStart = start + (isSecure ? 8 : 7)
        var offset = authorityStart
        while offset < end, bytes.byte(offset) != ASCII.slash, bytes.byte(offset) != ASCII.question { offset += 1 }
        return RequestTarget(
            form: .absolute, isSecure: isSecure, authority: ByteRange(authorityStart, offset),
            pathAndQuery: ByteRange(offset, end))
    }

    private static func hasPrefix(_ bytes: RawSpan, _ range: ByteRange, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard range.count > count else { return false }
        let start = Int(range.start)
        return bytes.equalsIgnoringCase(ByteRange(start, start + count), prefix)
    }
}

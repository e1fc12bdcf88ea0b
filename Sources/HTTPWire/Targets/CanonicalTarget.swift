/// A request target in its one canonical form: what a route is chosen by and what is forwarded are the same bytes.
///
/// The path is made canonical by
/// - decoding escapes of unreserved bytes, once, and writing the other escapes in upper case (RFC 3986 §6.2.2.1, .2);
/// - merging runs of `/` into one: most applications do, and a path that matches no protected prefix only because of
///   a doubled slash opens what it should not;
/// - removing dot segments, also escaped ones (RFC 3986 §5.2.4); `..` above the root stays at the root;
/// - escaping visible bytes that a path may not hold (`"<>[]^{|}` and the grave accent).
///
/// Refused, because applications disagree on their meaning: `\`, `%2F` and `%5C`; escaped control bytes; malformed
/// escapes; overlong UTF-8; parameters on an empty or a dot segment (`/;x/`, `/..;/`). Parameters on a named segment
/// (`/a;v=1`) stay, and so do escapes of bytes that a path may hold as they are (`%40` for `@`), which RFC 3986 §2.2 does
/// not take for the same. But some applications ignore the ones, and most decode the others before they look for what is
/// served: ``hasOtherReading`` is set then, and a route is chosen by what ``appendMatchingPath(of:to:)`` gives. The query
/// is forwarded byte for byte; its meaning is the application's.
public struct CanonicalTarget: Sendable, Equatable {
    /// Length of the path, which comes first.
    public var pathLength: Int
    /// Length of path and query with its `?`.
    public var length: Int
    /// Whether a segment has parameters (`;`), or an escape of a byte that a path may hold as it is.
    public var hasOtherReading: Bool

    /// The target of `OPTIONS *`, which concerns the server as a whole (RFC 9112 §3.2.4).
    public static let asterisk = CanonicalTarget(pathLength: 1, length: 1, hasOtherReading: false)

    /// Whether there is a query, even an empty one.
    public var hasQuery: Bool { length > pathLength }

    /// Judges a path and query in one pass: the result if it is canonical already, so that nothing has to be copied;
    /// nil if ``canonicalise(_:into:)`` has to do its work (which may be to refuse it).
    public static func recognise(_ bytes: RawSpan) -> CanonicalTarget? {
        let end = bytes.byteCount
        guard end > 0, bytes.byte(0) == ASCII.slash else { return nil }
        var offset = 1
        // Offset of the segment's first byte.
        var segment = 1
        var hasOtherReading = false
        while true {
            // Letters, digits and hyphens run by in words; the rest goes one by one.
            offset = ByteScan.nameEnd(bytes, offset, end, 0)
            guard offset < end else { break }
            let byte = bytes.byte(offset)
            if ByteClass.is(byte, ByteClass.path) {
                if byte == ASCII.semicolon {
                    guard isNamed(bytes, segment, offset) else { return nil }
                    hasOtherReading = true
                }
                offset += 1
            } else if byte == ASCII.slash {
                guard isNamed(bytes, segment, offset) else { return nil }
                offset += 1
                segment = offset
            } else if byte == ASCII.percent {
                guard let value = canonicalEscape(bytes, offset, end) else { return nil }
                if isReadDecoded(value) { hasOtherReading = true }
                offset += 3
            } else if byte == ASCII.question {
                break
            } else {
                return nil
            }
        }
        // An empty last segment is a path that ends in a slash.
        guard offset == segment || isNamed(bytes, segment, offset) else { return nil }
        let pathLength = offset
        guard ByteScan.targetEnd(bytes, offset, end) == end else { return nil }
        return CanonicalTarget(pathLength: pathLength, length: end, hasOtherReading: hasOtherReading)
    }

    /// Whether path and query are canonical already.
    public static func isCanonical(_ bytes: RawSpan) -> Bool { recognise(bytes) != nil }

    /// Appends the canonical form of a path and query.
    ///
    /// - Parameter bytes: `RequestTarget.pathAndQuery` of an origin-form or absolute-form target. Empty, or beginning
    ///   with `?`, it stands for `/` (RFC 3986 §6.2.3).
    /// - Throws: the reason for 400; what was appended then is taken back.
    public static func canonicalise(_ bytes: RawSpan, into output: OutputBuffer) throws(HTTPParseError)
        -> CanonicalTarget
    {
        let before = output.count
        do throws(HTTPParseError) {
            var writer = PathCanonicaliser(output: output)
            let queryStart = try writer.path(bytes)
            let pathLength = output.count - before
            let queryEnd = ByteScan.targetEnd(bytes, queryStart, bytes.byteCount)
            guard queryEnd == bytes.byteCount else { throw HTTPParseError(.invalidTargetByte, at: queryEnd) }
            output.append(ByteRange(queryStart, bytes.byteCount), of: bytes)
            return CanonicalTarget(
                pathLength: pathLength, length: output.count - before,
                hasOtherReading: writer.hasOtherReading)
        } catch {
            output.truncate(to: before)
            throw error
        }
    }

    /// Whether making a path canonical changed how its bytes are spelled at most: not which segments it has, nor which it
    /// may be read to have. Who forwards the path as it came may rely on what was decided about the canonical one only
    /// then.
    ///
    /// An escaped `;` is such a reading: a proxy that holds a path decoded and encodes it anew, as those in Go do with one
    /// that has a byte in it that ought to be escaped, makes parameters of it (`/..%3b/` becomes `/..;/`).
    ///
    /// - Parameters:
    ///   - received: path and query as they came, beginning with `/`.
    ///   - canonical: the canonical path and query.
    public static func hasSegments(of received: RawSpan, _ canonical: RawSpan) -> Bool {
        let (first, second) = (slashes(received), slashes(canonical))
        return first.count == second.count && first.isLast == second.isLast && !second.hasEscapedSemicolon
    }

    /// How many slashes a path has, and whether the last one ends it; escaped ones are refused elsewhere. And whether it has
    /// an escaped semicolon.
    private static func slashes(_ bytes: RawSpan) -> (count: Int, isLast: Bool, hasEscapedSemicolon: Bool) {
        var count = 0
        var isLast = false
        var hasEscapedSemicolon = false
        for offset in 0..<bytes.byteCount {
            let byte = bytes.byte(offset)
            if byte == ASCII.question { break }
            isLast = byte == ASCII.slash
            if isLast { count += 1 }
            if byte == ASCII.percent, PathCanonicaliser.escaped(bytes, offset, bytes.byteCount) == ASCII.semicolon {
                hasEscapedSemicolon = true
            }
        }
        return (count, isLast, hasEscapedSemicolon)
    }

    /// Appends a canonical path as applications look for what is served at it: without parameters, and with escapes decoded
    /// where the byte may stand in a path as it is. Choose the route by this where ``hasOtherReading`` is set; segments keep
    /// their number and order. An escaped `;` stays: it begins no parameters.
    public static func appendMatchingPath(of path: RawSpan, to output: OutputBuffer) {
        let end = path.byteCount
        var isParameter = false
        var offset = 0
        while offset < end {
            var byte = path.byte(offset)
            var width = 1
            if byte == ASCII.slash {
                isParameter = false
            } else if byte == ASCII.semicolon {
                isParameter = true
            } else if byte == ASCII.percent, let value = PathCanonicaliser.escaped(path, offset, end),
                isReadDecoded(value)
            {
                byte = value
                width = 3
            }
            if !isParameter { output.append(byte: byte) }
            offset += width
        }
    }

    /// Whether an escape of the byte is read as the byte itself where what is served is looked for; one of an unreserved
    /// byte never is, since it stands in no canonical path.
    @inline(__always)
    static func isReadDecoded(_ value: UInt8) -> Bool {
        ByteClass.is(value, ByteClass.path) && value != ASCII.semicolon
    }

    /// Whether the segment, or what stands before its parameters, is neither empty nor `.` nor `..`.
    @inline(__always)
    static func isNamed(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        let count = end - start
        if count > 2 { return true }
        if count == 0 { return false }
        return bytes.byte(start) != ASCII.dot || (count == 2 && bytes.byte(start + 1) != ASCII.dot)
    }

    /// The byte that the escape at `offset` stands for; nil if it is none, or not canonical.
    private static func canonicalEscape(_ bytes: RawSpan, _ offset: Int, _ end: Int) -> UInt8? {
        guard let value = PathCanonicaliser.escaped(bytes, offset, end) else { return nil }
        let isUpper = bytes.byte(offset + 1) < 0x61 && bytes.byte(offset + 2) < 0x61
        let isCanonical =
            isUpper && !ByteClass.is(value, ByteClass.unreserved) && value >= 0x20 && value != 0x7f
            && value != ASCII.slash && value != ASCII.backslash
            && !PathCanonicaliser.isOverlong(value, bytes, offset, end)
        return isCanonical ? value : nil
    }
}

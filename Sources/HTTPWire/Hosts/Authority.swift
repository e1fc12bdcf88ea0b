/// A host and a port, as Host and absolute-form targets name them (RFC 9110 §7.2, RFC 3986 §3.2).
///
/// Refused with ``HTTPParseError/Kind/invalidHost``: an empty host, empty labels (`a..b`), escapes, commas, bytes that
/// are not ASCII, an IP literal that is no IPv6 address (with a zone too), a port that is no number up to 65535. With
/// ``HTTPParseError/Kind/userInformation``: anything with `@`. One dot at the end (`example.com.`) and an empty port
/// (`example.com:`) are allowed, and not part of the host.
public struct Authority: Sendable, Equatable {
    /// The host as spelled, without port and without a dot at its end; with its brackets where it is an IP literal.
    public var host: ByteRange
    /// The port, where there is one.
    public var port: UInt16?
    /// Whether the host is an IPv6 address in brackets.
    public var isLiteral: Bool

    /// Parses the bytes of `range`.
    public static func parse(_ bytes: RawSpan, _ range: ByteRange) throws(HTTPParseError) -> Authority {
        let start = Int(range.start)
        let end = Int(range.end)
        guard start < end else { throw HTTPParseError(.invalidHost, at: start) }
        if bytes.byte(start) == ASCII.leftBracket { return try literal(bytes, start, end) }
        var offset = start
        var labelStart = start
        while offset < end {
            let byte = bytes.byte(offset)
            if byte == ASCII.dot {
                guard offset > labelStart else { throw HTTPParseError(.invalidHost, at: offset) }
                labelStart = offset + 1
            } else if !ByteClass.is(byte, ByteClass.hostName) {
                break
            }
            offset += 1
        }
        let hostEnd = offset > start && bytes.byte(offset - 1) == ASCII.dot ? offset - 1 : offset
        guard hostEnd > start else { throw hostError(bytes, start, offset, end) }
        guard offset == end || bytes.byte(offset) == ASCII.colon else { throw hostError(bytes, start, offset, end) }
        return Authority(host: ByteRange(start, hostEnd), port: try port(bytes, offset, end), isLiteral: false)
    }

    private static func literal(_ bytes: RawSpan, _ start: Int, _ end: Int) throws(HTTPParseError) -> Authority {
        guard let close = bytes.firstOffset(of: ASCII.rightBracket, from: start, to: end),
            IPAddress(v6: bytes.bytes(ByteRange(start + 1, close))) != nil,
            close + 1 == end || bytes.byte(close + 1) == ASCII.colon
        else { throw hostError(bytes, start, start, end) }
        return Authority(host: ByteRange(start, close + 1), port: try port(bytes, close + 1, end), isLiteral: true)
    }

    /// The port behind the colon at `colon`, if `colon` is not the end already.
    private static func port(_ bytes: RawSpan, _ colon: Int, _ end: Int) throws(HTTPParseError) -> UInt16? {
        guard colon + 1 < end else { return nil }
        guard end - colon <= 6 else { throw hostError(bytes, colon, colon, end) }
        var port = 0
        for offset in (colon + 1)..<end {
            let digit = bytes.byte(offset)
            guard ASCII.isDigit(digit) else { throw hostError(bytes, colon, offset, end) }
            port = port * 10 + Int(digit &- 0x30)
        }
        guard let number = UInt16(exactly: port) else { throw HTTPParseError(.invalidHost, at: colon) }
        return number
    }

    private static func hostError(_ bytes: RawSpan, _ start: Int, _ offset: Int, _ end: Int) -> HTTPParseError {
        let hasAt = bytes.firstOffset(of: ASCII.at, from: start, to: end) != nil
        return HTTPParseError(hasAt ? .userInformation : .invalidHost, at: offset)
    }

    /// Whether two authorities of the same buffer name the same place, `defaultPort` standing for a missing one.
    func isSame(as other: Authority, in bytes: RawSpan, defaultPort: UInt16) -> Bool {
        (port ?? defaultPort) == (other.port ?? defaultPort) && bytes.equalsIgnoringCase(host, other.host)
    }

    /// The host in lower case, for looking up a route: without port, dot at the end, and brackets kept.
    public func appendNormalizedHost(in bytes: RawSpan, to output: OutputBuffer) {
        for offset in host.range { output.append(byte: ASCII.lowercased(bytes.byte(offset))) }
    }

    /// ``appendNormalizedHost(in:to:)`` as text, for places off the hot path.
    public func normalizedHost(in bytes: RawSpan) -> String {
        bytes.string(host).lowercased()
    }
}

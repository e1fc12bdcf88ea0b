/// Parses and judges the head of a response (RFC 9112 §4 to §7).
///
/// As strict as ``RequestHeadParser`` about lines and framing: an answer with two readings poisons the next one on the
/// same connection. Every refusal is the upstream's error and becomes 502. Names may hold `_` here.
public enum ResponseHeadParser {
    /// Parses the head at the beginning of `bytes`.
    ///
    /// - Parameter requestMethod: the method that is answered: HEAD has no body (RFC 9112 §6.3).
    /// - Throws: the reason to refuse the answer; nothing more can be read from the connection after it.
    public static func parse(
        _ bytes: RawSpan, requestMethod: HTTPMethod, limits: HeadLimits, into head: inout ResponseHead
    ) throws(HTTPParseError) -> HeadProgress {
        head.table.removeAll()
        guard let fieldsStart = try statusLine(bytes, limits, &head) else { return .needMore }
        guard
            let end = try FieldSection.parse(
                bytes, from: fieldsStart, origin: 0, limits: limits, rules: .response, into: &head.table)
        else { return .needMore }
        head.headLength = end
        head.connectionOptions = try head.table.connectionOptions(bytes, in: .response)
        let declared = try head.table.declaredFraming(bytes, minorVersion: head.minorVersion, in: .response)
        switch declared {
        case _ where requestMethod == .head || head.status < 200 || head.status == 204 || head.status == 304:
            head.framing = .none
        case .none: head.framing = .untilClose
        default: head.framing = declared
        }
        return .complete
    }

    /// As ``parse(_:requestMethod:limits:into:)-(RawSpan,_,_,_)``.
    public static func parse(
        _ bytes: Span<UInt8>, requestMethod: HTTPMethod, limits: HeadLimits, into head: inout ResponseHead
    ) throws(HTTPParseError) -> HeadProgress {
        // A span of UInt8 has no padding: each of its bytes is initialised.
        try unsafe parse(bytes.bytes, requestMethod: requestMethod, limits: limits, into: &head)
    }

    /// As ``parse(_:requestMethod:limits:into:)-(RawSpan,_,_,_)``. The pointer has to be good during the call only.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, requestMethod: HTTPMethod, limits: HeadLimits, into head: inout ResponseHead
    ) throws(HTTPParseError) -> HeadProgress {
        // The caller holds the memory during the call, and the span does not outlive it.
        try unsafe parse(RawSpan(_unsafeBytes: bytes), requestMethod: requestMethod, limits: limits, into: &head)
    }

    /// `HTTP-version SP status-code SP [reason-phrase] CRLF` (RFC 9112 §4). The space before a missing reason may be
    /// missing too: servers are known for it, and nothing is ambiguous about it.
    ///
    /// - Returns: the offset behind it, or nil while its end has not come.
    @inline(__always)
    private static func statusLine(_ bytes: RawSpan, _ limits: HeadLimits, _ head: inout ResponseHead)
        throws(HTTPParseError) -> Int?
    {
        let end = min(bytes.byteCount, limits.headBytes)
        guard try isStatusLine(bytes, end) else { return try unfinished(bytes, limits, end) }
        head.minorVersion = bytes.byte(7) &- 0x30
        let status =
            Int(bytes.byte(9) &- 0x30) * 100 + Int(bytes.byte(10) &- 0x30) * 10 + Int(bytes.byte(11) &- 0x30)
        guard status >= 100, status <= 599 else { throw HTTPParseError(.invalidStatus, in: .response, at: 9) }
        head.status = status
        let reasonStart = bytes.byte(12) == ASCII.space ? 13 : 12
        let offset = ByteScan.valueEnd(bytes, reasonStart, end)
        guard offset < end else { return try unfinished(bytes, limits, end) }
        guard bytes.byte(offset) == ASCII.carriageReturn else { throw lineError(bytes.byte(offset), offset) }
        guard offset + 1 < end else { return try unfinished(bytes, limits, end) }
        guard bytes.byte(offset + 1) == ASCII.lineFeed else {
            throw HTTPParseError(.bareCarriageReturn, in: .response, at: offset)
        }
        head.reason = ByteRange(reasonStart, offset)
        return offset + 2
    }

    /// Whether the bytes begin with `HTTP/1.x NNN` and a space or CR.
    ///
    /// - Returns: false while there are too few of them.
    @inline(__always)
    private static func isStatusLine(_ bytes: RawSpan, _ end: Int) throws(HTTPParseError) -> Bool {
        if end >= 13 {
            // `HTTP/1.0` and `HTTP/1.1` differ in one bit.
            let isVersion = bytes.word64(0) & ~(1 << 56) == 0x302e_312f_5054_5448
            let isCode =
                ASCII.isDigit(bytes.byte(9)) && ASCII.isDigit(bytes.byte(10)) && ASCII.isDigit(bytes.byte(11))
            if isVersion, isCode, bytes.byte(8) == ASCII.space, bytes.byte(12) == ASCII.space { return true }
        }
        return try isSlowStatusLine(bytes, end)
    }

    /// As ``isStatusLine(_:_:)``, byte by byte: names the first flaw.
    @inline(never)
    private static func isSlowStatusLine(_ bytes: RawSpan, _ end: Int) throws(HTTPParseError) -> Bool {
        let pattern: StaticString = "HTTP/1.# ### "
        for index in 0..<13 {
            guard index < end else { return false }
            let byte = bytes.byte(index)
            if index == 12, byte == ASCII.carriageReturn { break }
            // The literal has thirteen bytes.
            let wanted = unsafe pattern.utf8Start[index]
            if index == 7, ASCII.isDigit(byte), byte > UInt8(ascii: "1") {
                throw HTTPParseError(.unsupportedVersion, in: .response, at: index)
            }
            guard wanted == UInt8(ascii: "#") ? ASCII.isDigit(byte) : byte == wanted else {
                let isVersion = index > 4 && index < 8 && (ASCII.isDigit(byte) || byte == ASCII.dot)
                throw HTTPParseError(isVersion ? .unsupportedVersion : .malformedStatusLine, in: .response, at: index)
            }
        }
        return true
    }

    private static func lineError(_ byte: UInt8, _ offset: Int) -> HTTPParseError {
        HTTPParseError(byte == ASCII.lineFeed ? .bareLineFeed : .malformedStatusLine, in: .response, at: offset)
    }

    private static func unfinished(_ bytes: RawSpan, _ limits: HeadLimits, _ end: Int) throws(HTTPParseError) -> Int? {
        if end == limits.headBytes { throw HTTPParseError(.headTooLarge, in: .response, at: end) }
        return nil
    }
}

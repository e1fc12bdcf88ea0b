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
    private static func statusLine(_ bytes: RawSpan, _ limits: HeadLimits, _ head: inout ResponseHead)
        throws(HTTPParseError) -> Int?
    {
        let end = min(bytes.byteCount, limits.headBytes)
        let pattern: StaticString = "HTTP/1.# ### "
        var status = 0
        for index in 0..<13 {
            guard index < end else { return try unfinished(bytes, limits, end) }
            let byte = bytes.byte(index)
            // The literal has thirteen bytes.
            let wanted = unsafe pattern.utf8Start[index]
            if index == 12, byte == ASCII.carriageReturn { break }
            guard wanted == UInt8(ascii: "#") ? ASCII.isDigit(byte) : byte == wanted else {
                let isVersion = index > 4 && index < 8 && (ASCII.isDigit(byte) || byte == ASCII.dot)
                throw HTTPParseError(isVersion ? .unsupportedVersion : .malformedStatusLine, in: .response, at: index)
            }
            if index == 7 {
                guard byte <= UInt8(ascii: "1") else {
                    throw HTTPParseError(.unsupportedVersion, in: .response, at: index)
                }
                head.minorVersion = byte &- 0x30
            } else if index > 8, index < 12 {
                status = status * 10 + Int(byte &- 0x30)
            }
        }
        guard status >= 100, status <= 599 else { throw HTTPParseError(.invalidStatus, in: .response, at: 9) }
        head.status = status
        let reasonStart = bytes.byte(12) == ASCII.space ? 13 : 12
        var offset = reasonStart
        while offset < end, bytes.byte(offset) >= 0x20 || bytes.byte(offset) == ASCII.tab, bytes.byte(offset) != 0x7f {
            offset += 1
        }
        guard offset + 1 < end else {
            if offset < end, bytes.byte(offset) != ASCII.carriageReturn { throw lineError(bytes.byte(offset), offset) }
            return try unfinished(bytes, limits, end)
        }
        guard bytes.byte(offset) == ASCII.carriageReturn else { throw lineError(bytes.byte(offset), offset) }
        guard bytes.byte(offset + 1) == ASCII.lineFeed else {
            throw HTTPParseError(.bareCarriageReturn, in: .response, at: offset)
        }
        head.reason = ByteRange(reasonStart, offset)
        return offset + 2
    }

    private static func lineError(_ byte: UInt8, _ offset: Int) -> HTTPParseError {
        HTTPParseError(byte == ASCII.lineFeed ? .bareLineFeed : .malformedStatusLine, in: .response, at: offset)
    }

    private static func unfinished(_ bytes: RawSpan, _ limits: HeadLimits, _ end: Int) throws(HTTPParseError) -> Int? {
        if end == limits.headBytes { throw HTTPParseError(.headTooLarge, in: .response, at: end) }
        return nil
    }
}

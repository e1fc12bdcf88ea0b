/// Parses and judges the head of a request (RFC 9112 §2 to §7) in one pass over its bytes.
///
/// What it accepts has one reading. Everything that two implementations are known to read differently is refused with
/// a ``HTTPParseError``, as soon as it is seen. See ``HTTPParseError/Kind`` for the list.
public enum RequestHeadParser {
    /// Parses the head at the beginning of `bytes`.
    ///
    /// While the answer is ``HeadProgress/needMore``, call again with the same bytes and more behind them; each call
    /// begins anew, so ask ``mayProgress(_:from:limits:)`` first where bytes drip.
    ///
    /// - Parameter bytes: what the connection has brought and nobody consumed; bytes behind the head are not looked at.
    /// - Throws: the reason to refuse the request; the connection cannot go on after it.
    public static func parse(_ bytes: RawSpan, limits: HeadLimits, into head: inout RequestHead) throws(HTTPParseError)
        -> HeadProgress
    {
        head.table.removeAll()
        var origin = 0
        // At most one empty line before the request line (RFC 9112 §2.2).
        if bytes.byteCount > 0, bytes.byte(0) == ASCII.carriageReturn {
            guard bytes.byteCount > 1 else { return .needMore }
            guard bytes.byte(1) == ASCII.lineFeed else { throw HTTPParseError(.bareCarriageReturn, at: 0) }
            origin = 2
        }
        guard let fieldsStart = try requestLine(bytes, origin, limits, &head) else { return .needMore }
        guard
            let end = try FieldSection.parse(
                bytes, from: fieldsStart, origin: origin, limits: limits, rules: .request, into: &head.table)
        else { return .needMore }
        head.headLength = end
        head.connectionOptions = try head.table.connectionOptions(bytes, in: .request)
        head.framing = try head.table.declaredFraming(bytes, minorVersion: head.minorVersion, in: .request)
        if head.method == .trace, head.hasBody { throw HTTPParseError(.contentInTrace, at: origin) }
        try authority(bytes, &head)
        head.expectsContinue = head.table.contains(.expect) ? try expectation(bytes, &head) : false
        head.isUpgrade =
            head.connectionOptions.contains(.upgrade) && head.table.contains(.upgrade) && head.minorVersion >= 1
            && !head.hasBody
        return .complete
    }

    /// As ``parse(_:limits:into:)-(RawSpan,_,_)``.
    public static func parse(_ bytes: Span<UInt8>, limits: HeadLimits, into head: inout RequestHead)
        throws(HTTPParseError) -> HeadProgress
    {
        // A span of UInt8 has no padding: each of its bytes is initialised.
        try unsafe parse(bytes.bytes, limits: limits, into: &head)
    }

    /// As ``parse(_:limits:into:)-(RawSpan,_,_)``. The pointer has to be good during the call only.
    public static func parse(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits, into head: inout RequestHead)
        throws(HTTPParseError) -> HeadProgress
    {
        // The caller holds the memory during the call, and the span does not outlive it.
        try unsafe parse(RawSpan(_unsafeBytes: bytes), limits: limits, into: &head)
    }

    /// Whether parsing again can come to another answer, after ``HeadProgress/needMore`` for the first `previous`
    /// bytes: when a line ended in the bytes behind them, or so many came that a limit may be reached. It keeps a
    /// client that sends byte by byte from having its head parsed for each of them.
    public static func mayProgress(_ bytes: RawSpan, from previous: Int, limits: HeadLimits) -> Bool {
        if previous < 3 || previous >> 11 != bytes.byteCount >> 11 || bytes.byteCount >= limits.headBytes {
            return true
        }
        return bytes.firstOffset(of: ASCII.lineFeed, from: min(previous, bytes.byteCount), to: bytes.byteCount) != nil
    }

    /// `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3).
    ///
    /// - Returns: the offset behind it, or nil while its end has not come.
    @inline(__always)
    private static func requestLine(_ bytes: RawSpan, _ start: Int, _ limits: HeadLimits, _ head: inout RequestHead)
        throws(HTTPParseError) -> Int?
    {
        let end = min(bytes.byteCount, start + limits.headBytes)
        let isWhole = end == start + limits.headBytes
        var offset = start
        while offset < end, ByteClass.is(bytes.byte(offset), ByteClass.token) { offset += 1 }
        guard offset - start <= longestMethod else { throw HTTPParseError(.methodTooLong, at: start) }
        guard offset < end else {
            if isWhole { throw HTTPParseError(.headTooLarge, at: end) }
            return nil
        }
        guard bytes.byte(offset) == ASCII.space, offset > start else {
            throw HTTPParseError(offset == start ? .invalidMethod : .malformedRequestLine, at: offset)
        }
        head.methodRange = ByteRange(start, offset)
        head.method = HTTPMethod(bytes, start, offset)
        offset += 1
        let targetStart = offset
        offset = ByteScan.targetEnd(bytes, offset, end)
        guard offset - targetStart <= limits.targetBytes else { throw HTTPParseError(.targetTooLong, at: targetStart) }
        guard offset < end else {
            if isWhole { throw HTTPParseError(.targetTooLong, at: end) }
            return nil
        }
        guard bytes.byte(offset) == ASCII.space else { throw targetError(bytes.byte(offset), offset) }
        guard offset > targetStart else { throw HTTPParseError(.malformedRequestLine, at: offset) }
        head.target = ByteRange(targetStart, offset)
        head.parsedTarget = try RequestTarget.parse(bytes, head.target, method: head.method)
        return try version(bytes, offset + 1, end, isWhole, &head)
    }

    /// Longer than any registered method (`UPDATEREDIRECTREF`, 17).
    private static let longestMethod = 64

    /// `HTTP/1.1 CRLF` or `HTTP/1.0 CRLF` at `start` (RFC 9112 §2.3).
    @inline(__always)
    private static func version(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ isWhole: Bool, _ head: inout RequestHead
    ) throws(HTTPParseError) -> Int? {
        if start + 10 <= end {
            let word = bytes.word64(start)
            if word == 0x312e_312f_5054_5448 || word == 0x302e_312f_5054_5448 {
                head.minorVersion = UInt8(truncatingIfNeeded: (word >> 56) & 1)
                if bytes.byte(start + 8) == ASCII.carriageReturn, bytes.byte(start + 9) == ASCII.lineFeed {
                    return start + 10
                }
            }
        }
        return try refusedVersion(bytes, start, end, isWhole)
    }

    /// Tells an incomplete version from an unknown and from a malformed one.
    @inline(never)
    private static func refusedVersion(_ bytes: RawSpan, _ start: Int, _ end: Int, _ isWhole: Bool)
        throws(HTTPParseError) -> Int?
    {
        let pattern: StaticString = "HTTP/#.#\r\n"
        for index in 0..<10 {
            guard start + index < end else {
                if isWhole { throw HTTPParseError(.headTooLarge, at: end) }
                return nil
            }
            let byte = bytes.byte(start + index)
            // The literal has ten bytes.
            let wanted = unsafe pattern.utf8Start[index]
            if wanted == UInt8(ascii: "#") ? !ASCII.isDigit(byte) : byte != wanted {
                let kind: HTTPParseError.Kind
                switch (byte, index) {
                case (ASCII.lineFeed, 8): kind = .bareLineFeed
                case (_, 9): kind = .bareCarriageReturn
                default: kind = byte == ASCII.space ? .malformedRequestLine : .malformedVersion
                }
                throw HTTPParseError(kind, at: start + index)
            }
        }
        throw HTTPParseError(.unsupportedVersion, at: start)
    }

    private static func targetError(_ byte: UInt8, _ offset: Int) -> HTTPParseError {
        switch byte {
        case ASCII.carriageReturn: HTTPParseError(.malformedVersion, at: offset)
        case ASCII.lineFeed: HTTPParseError(.bareLineFeed, at: offset)
        default: HTTPParseError(.invalidTargetByte, at: offset)
        }
    }

    /// Exactly one valid Host in HTTP/1.1, at most one in HTTP/1.0, and the same as an absolute-form target's
    /// authority (RFC 9112 §3.2). §3.2.2 would let the target win; a client that names two hosts is up to something.
    @inline(__always)
    private static func authority(_ bytes: RawSpan, _ head: inout RequestHead) throws(HTTPParseError) {
        var named: Authority?
        if let line = head.table.first(.host) {
            guard !head.table.isRepeated(.host) else {
                throw HTTPParseError(.hostRepeated, at: Int(line.name.start))
            }
            named = try Authority.parse(bytes, line.value)
        } else if head.minorVersion >= 1 {
            throw HTTPParseError(.hostMissing, at: head.headLength)
        }
        if head.parsedTarget.form == .absolute {
            let target = try Authority.parse(bytes, head.parsedTarget.authority)
            let defaultPort: UInt16 = head.parsedTarget.isSecure ? 443 : 80
            if let host = named, !host.isSame(as: target, in: bytes, defaultPort: defaultPort) {
                throw HTTPParseError(.hostDiffers, at: Int(head.parsedTarget.authority.start))
            }
            named = named ?? target
        }
        head.authority = named
    }

    /// Whether the one expectation is 100-continue; HTTP/1.0 has none (RFC 9110 §10.1.1).
    private static func expectation(_ bytes: RawSpan, _ head: inout RequestHead) throws(HTTPParseError) -> Bool {
        guard let line = head.table.first(.expect) else { return false }
        guard !head.table.isRepeated(.expect), bytes.equalsIgnoringCase(line.value, "100-continue") else {
            throw HTTPParseError(.unknownExpectation, at: Int(line.name.start))
        }
        return head.minorVersion >= 1 && head.hasBody
    }
}

/// Parses a field section: field lines up to and with the empty line (RFC 9112 §5), of heads and of trailers.
///
/// Strict where peers disagree: lines end in CRLF, nothing is folded, names are tokens directly followed by a colon,
/// values hold no control byte but the tab.
enum FieldSection {
    /// How strict names are taken.
    struct Rules {
        /// Whose error a flaw is.
        var message: HTTPParseError.Message
        /// The class that each byte of a name belongs to.
        var nameClass: UInt8

        static let request = Rules(message: .request, nameClass: ByteClass.strictName)
        static let response = Rules(message: .response, nameClass: ByteClass.token)
    }

    /// Parses lines from `start` on, within the first `limits.headBytes` bytes behind `origin`.
    ///
    /// - Parameter origin: where the head began, from which its size is counted.
    /// - Returns: the offset behind the empty line, or nil while it has not come.
    @inline(__always)
    static func parse(
        _ bytes: RawSpan, from start: Int, origin: Int, limits: HeadLimits, rules: Rules, into table: inout FieldTable
    ) throws(HTTPParseError) -> Int? {
        let end = min(bytes.byteCount, origin + limits.headBytes)
        var offset = start
        while offset < end {
            if bytes.byte(offset) == ASCII.carriageReturn {
                guard offset + 1 < end else { break }
                guard bytes.byte(offset + 1) == ASCII.lineFeed else {
                    throw HTTPParseError(.bareCarriageReturn, in: rules.message, at: offset)
                }
                return offset + 2
            }
            guard let next = try line(bytes, offset, end, limits, rules, &table) else { break }
            offset = next
        }
        // Ran out of bytes within the line that begins at `offset`, or of what a head may have.
        if end - offset >= limits.lineBytes { throw HTTPParseError(.fieldTooLarge, in: rules.message, at: offset) }
        if end == origin + limits.headBytes { throw HTTPParseError(.headTooLarge, in: rules.message, at: end) }
        return nil
    }

    /// Parses the line at `start`.
    ///
    /// - Returns: the offset behind it, or nil while its end has not come.
    @inline(__always)
    private static func line(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ limits: HeadLimits, _ rules: Rules, _ table: inout FieldTable
    ) throws(HTTPParseError) -> Int? {
        var offset = ByteScan.nameEnd(bytes, start, end, rules.nameClass)
        guard offset < end else { return nil }
        guard bytes.byte(offset) == ASCII.colon, offset > start else {
            throw nameError(bytes, start, offset, end, rules)
        }
        let nameEnd = offset
        offset += 1
        while offset < end, ASCII.isBlank(bytes.byte(offset)) { offset += 1 }
        let valueStart = offset
        offset = ByteScan.valueEnd(bytes, offset, end)
        guard offset < end else { return nil }
        guard bytes.byte(offset) == ASCII.carriageReturn else {
            let isLineFeed = bytes.byte(offset) == ASCII.lineFeed
            throw HTTPParseError(isLineFeed ? .bareLineFeed : .controlInFieldValue, in: rules.message, at: offset)
        }
        guard offset + 1 < end else { return nil }
        guard bytes.byte(offset + 1) == ASCII.lineFeed else {
            throw HTTPParseError(.bareCarriageReturn, in: rules.message, at: offset)
        }
        var valueStop = offset
        while valueStop > valueStart, ASCII.isBlank(bytes.byte(valueStop - 1)) { valueStop -= 1 }
        offset += 2
        guard offset - start <= limits.lineBytes else {
            throw HTTPParseError(.fieldTooLarge, in: rules.message, at: start)
        }
        guard table.lines.count < limits.fields else {
            throw HTTPParseError(.tooManyFields, in: rules.message, at: start)
        }
        let known = KnownField.lookUp(bytes, start, nameEnd)
        if known == .other, KnownField.mayImitateFraming(bytes, start, nameEnd),
            KnownField.isFramingLookAlike(bytes, start, nameEnd)
        {
            throw HTTPParseError(.framingLookAlike, in: rules.message, at: start)
        }
        table.append(
            FieldLine(
                name: ByteRange(start, nameEnd), value: ByteRange(valueStart, valueStop), lineEnd: offset, known: known)
        )
        return offset
    }

    /// What is wrong with a name that stopped at `offset`.
    @inline(never)
    private static func nameError(_ bytes: RawSpan, _ start: Int, _ offset: Int, _ end: Int, _ rules: Rules)
        -> HTTPParseError
    {
        let kind: HTTPParseError.Kind
        switch bytes.byte(offset) {
        case ASCII.colon: kind = .emptyFieldName
        case ASCII.space, ASCII.tab: kind = offset == start ? .obsoleteLineFolding : .whitespaceBeforeColon
        case ASCII.carriageReturn: kind = .fieldWithoutColon
        case ASCII.lineFeed: kind = .bareLineFeed
        case ASCII.underscore: kind = .underscoreInFieldName
        default: kind = .invalidFieldName
        }
        return HTTPParseError(kind, in: rules.message, at: offset)
    }
}

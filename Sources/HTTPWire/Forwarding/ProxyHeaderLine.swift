/// Version 1 of the PROXY protocol (§2.1): `PROXY TCP4 SOURCE DESTINATION PORT PORT CRLF`, at most 107 bytes, with exactly
/// one blank between its words.
enum ProxyHeaderLine {
    /// Parses the line at the beginning of `bytes`.
    static func parse(_ bytes: RawSpan) throws(ProxyHeaderError) -> ProxyHeader.Progress {
        let name: StaticString = "PROXY "
        let known = min(bytes.byteCount, name.utf8CodeUnitCount)
        // The literal has that many bytes.
        for offset in 0..<known where unsafe bytes.byte(offset) != name.utf8Start[offset] { throw .notPresent }
        let limit = min(bytes.byteCount, ProxyHeader.longestLine)
        guard let end = bytes.firstOffset(of: ASCII.lineFeed, from: 0, to: limit) else {
            if bytes.byteCount >= ProxyHeader.longestLine { throw .tooLong }
            return .needMore
        }
        guard end > known, bytes.byte(end - 1) == ASCII.carriageReturn else { throw .malformed }
        let source = try source(bytes, ByteRange(name.utf8CodeUnitCount, end - 1))
        return .complete(ProxyHeader(source: source, length: end + 1))
    }

    private static func source(_ bytes: RawSpan, _ line: ByteRange) throws(ProxyHeaderError) -> ProxyHeader.Source {
        let words = words(bytes, line)
        // What follows UNKNOWN has to be ignored.
        if bytes.equals(words[0], "UNKNOWN") { return .peer }
        guard words.count == 5 else { throw .malformed }
        let isIPv4 = bytes.equals(words[0], "TCP4")
        guard isIPv4 || bytes.equals(words[0], "TCP6") else { throw .unsupported }
        guard let source = address(bytes, words[1], isIPv4), address(bytes, words[2], isIPv4) != nil,
            isPort(bytes, words[3]), isPort(bytes, words[4])
        else { throw .malformed }
        return .address(source)
    }

    /// The words between single blanks; an empty one where two blanks meet. There is one at least.
    private static func words(_ bytes: RawSpan, _ line: ByteRange) -> [ByteRange] {
        var words: [ByteRange] = []
        var start = Int(line.start)
        for offset in line.range where bytes.byte(offset) == ASCII.space {
            words.append(ByteRange(start, offset))
            start = offset + 1
        }
        words.append(ByteRange(start, Int(line.end)))
        return words
    }

    private static func address(_ bytes: RawSpan, _ word: ByteRange, _ isIPv4: Bool) -> IPAddress? {
        let text = bytes.bytes(word)
        return isIPv4 ? IPAddress(v4: text) : IPAddress(v6: text)
    }

    /// A decimal number up to 65535 without leading zeros.
    private static func isPort(_ bytes: RawSpan, _ word: ByteRange) -> Bool {
        guard (1...5).contains(word.count) else { return false }
        if word.count > 1, bytes.byte(Int(word.start)) == UInt8(ascii: "0") { return false }
        var value = 0
        for offset in word.range {
            guard ASCII.isDigit(bytes.byte(offset)) else { return false }
            value = value * 10 + Int(bytes.byte(offset) &- 0x30)
        }
        return value <= 65535
    }
}

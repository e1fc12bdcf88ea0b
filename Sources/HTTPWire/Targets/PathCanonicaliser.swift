/// Writes a path segment by segment in canonical form; the rules stand at ``CanonicalTarget``.
struct PathCanonicaliser {
    private let output: OutputBuffer
    /// What the output held before the path.
    private let base: Int
    /// Whether some applications read the path otherwise; see ``CanonicalTarget/hasOtherReading``.
    private(set) var hasOtherReading = false

    init(output: OutputBuffer) {
        self.output = output
        base = output.count
    }

    /// Writes the path that begins `bytes`.
    ///
    /// - Returns: the offset behind it, which is at the `?` of a query or at the end.
    mutating func path(_ bytes: RawSpan) throws(HTTPParseError) -> Int {
        let end = bytes.byteCount
        output.append(byte: ASCII.slash)
        guard end > 0, bytes.byte(0) != ASCII.question else { return 0 }
        guard bytes.byte(0) == ASCII.slash else { throw HTTPParseError(.invalidTargetForm, at: 0) }
        var offset = 1
        // The output always ends in `/` here: the segment is written behind it.
        while true {
            let segment = output.count
            offset = try self.segment(bytes, offset, end)
            let isLast = offset == end || bytes.byte(offset) == ASCII.question
            finish(segment, isLast: isLast)
            if isLast { return offset }
            offset += 1
        }
    }

    /// Writes one segment.
    ///
    /// - Returns: the offset of the `/`, the `?` or the end behind it.
    private mutating func segment(_ bytes: RawSpan, _ start: Int, _ end: Int) throws(HTTPParseError) -> Int {
        let first = output.count
        var isInParameters = false
        var offset = start
        while offset < end {
            let byte = bytes.byte(offset)
            if byte == ASCII.slash || byte == ASCII.question { break }
            if byte == ASCII.percent {
                try escape(bytes, offset, end)
                offset += 3
                continue
            }
            guard ByteClass.is(byte, ByteClass.target) else { throw HTTPParseError(.invalidTargetByte, at: offset) }
            guard byte != ASCII.backslash else { throw HTTPParseError(.ambiguousSeparator, at: offset) }
            if byte == ASCII.semicolon, !isInParameters {
                isInParameters = true
                guard isNamed(from: first) else { throw HTTPParseError(.ambiguousParameters, at: offset) }
                hasOtherReading = true
            }
            if ByteClass.is(byte, ByteClass.path) {
                output.append(byte: byte)
            } else {
                appendEscape(byte)
            }
            offset += 1
        }
        return offset
    }

    private func isNamed(from first: Int) -> Bool {
        // Nothing is written while the span lives.
        let written = unsafe output.bytes
        return CanonicalTarget.isNamed(written, first, written.byteCount)
    }

    /// Ends the segment that was written from `start` on: drops it if it is empty or a dot segment.
    private func finish(_ start: Int, isLast: Bool) {
        // The span's last use comes before the output changes.
        let written = unsafe output.bytes
        let count = written.byteCount - start
        if count == 0 { return }
        if CanonicalTarget.isNamed(written, start, written.byteCount) {
            if !isLast { output.append(byte: ASCII.slash) }
            return
        }
        var keep = start
        if count == 2 {
            // `..` takes the segment before it along, but never the root.
            keep = max(start - 1, base + 1)
            while keep > base + 1, written.byte(keep - 1) != ASCII.slash { keep -= 1 }
        }
        output.truncate(to: keep)
    }

    /// Writes the escape at `offset`: decoded if it is of an unreserved byte, in upper case if not.
    private mutating func escape(_ bytes: RawSpan, _ offset: Int, _ end: Int) throws(HTTPParseError) {
        guard let value = Self.escaped(bytes, offset, end) else { throw HTTPParseError(.malformedEscape, at: offset) }
        if ByteClass.is(value, ByteClass.unreserved) {
            output.append(byte: value)
            return
        }
        guard value >= 0x20, value != 0x7f else { throw HTTPParseError(.escapedControl, at: offset) }
        guard value != ASCII.slash, value != ASCII.backslash else {
            throw HTTPParseError(.ambiguousSeparator, at: offset)
        }
        guard !Self.isOverlong(value, bytes, offset, end) else { throw HTTPParseError(.overlongEscape, at: offset) }
        if CanonicalTarget.isReadDecoded(value) { hasOtherReading = true }
        appendEscape(value)
    }

    /// Whether the escape at `offset`, of `value`, begins an overlong form (RFC 3629 §3): C0 and C1 never begin a
    /// sequence, E0 80…9F and F0 80…8F spell what is shorter elsewhere.
    static func isOverlong(_ value: UInt8, _ bytes: RawSpan, _ offset: Int, _ end: Int) -> Bool {
        guard value == 0xc0 || value == 0xc1 || value == 0xe0 || value == 0xf0 else { return false }
        guard value > 0xc1 else { return true }
        guard let next = escaped(bytes, offset + 3, end) else { return false }
        return value == 0xe0 ? next & 0xe0 == 0x80 : next & 0xf0 == 0x80
    }

    /// The byte that the escape at `offset` stands for; nil if it is none.
    static func escaped(_ bytes: RawSpan, _ offset: Int, _ end: Int) -> UInt8? {
        guard offset + 2 < end, bytes.byte(offset) == ASCII.percent,
            let high = ASCII.hexValue(bytes.byte(offset + 1)), let low = ASCII.hexValue(bytes.byte(offset + 2))
        else { return nil }
        return high << 4 | low
    }

    private func appendEscape(_ value: UInt8) {
        output.append(byte: ASCII.percent)
        output.append(byte: ASCII.hexDigit(value >> 4))
        output.append(byte: ASCII.hexDigit(value & 15))
    }
}

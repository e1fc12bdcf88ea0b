extension OutputBuffer {
    /// Appends bytes of unknown make as a JSON string with its quotes (RFC 8259 §7): quotes, backslashes and control
    /// bytes are escaped, and each byte that is no part of well-formed UTF-8 becomes U+FFFD. Whatever a peer sends, a
    /// log line stays one line of valid JSON.
    public func append(jsonString bytes: RawSpan) {
        let end = bytes.byteCount
        // Nearly all texts are plain: one reservation, one look, one copy.
        reserve(end &+ 2)
        append(byte: ASCII.quote)
        let run = Self.plainEnd(bytes, 0, end)
        append(ByteRange(0, run), of: bytes)
        if run < end { append(jsonRest: bytes, from: run) }
        append(byte: ASCII.quote)
    }

    /// Goes on at a byte that cannot be copied as it is.
    @inline(never)
    private func append(jsonRest bytes: RawSpan, from start: Int) {
        var offset = start
        let end = bytes.byteCount
        while offset < end {
            let byte = bytes.byte(offset)
            if byte < 0x80 {
                append(jsonEscapeOf: byte)
                offset += 1
            } else if let length = Self.sequenceLength(bytes, offset, end) {
                append(ByteRange(offset, offset + length), of: bytes)
                offset += length
            } else {
                append("\\ufffd")
                offset += 1
            }
            let run = Self.plainEnd(bytes, offset, end)
            append(ByteRange(offset, run), of: bytes)
            offset = run
        }
    }

    /// As ``append(jsonString:)-(RawSpan)``, for a part of a buffer.
    public func append(jsonString range: ByteRange, of bytes: RawSpan) {
        append(jsonString: bytes.bytes(range))
    }

    /// As ``append(jsonString:)-(RawSpan)``, for text.
    public func append(jsonString text: String) {
        // Native strings lend their bytes; others are copied once.
        let isDone: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
            unsafe append(jsonString: RawSpan(_unsafeBytes: UnsafeRawBufferPointer($0)))
        }
        if isDone == nil {
            let copy = [UInt8](text.utf8)
            unsafe append(jsonString: copy.span.bytes)
        }
    }

    private func append(jsonEscapeOf byte: UInt8) {
        switch byte {
        case ASCII.quote: append("\\\"")
        case ASCII.backslash: append("\\\\")
        case ASCII.lineFeed: append("\\n")
        case ASCII.carriageReturn: append("\\r")
        case ASCII.tab: append("\\t")
        default:
            append("\\u00")
            append(byte: byte >> 4 &+ 0x30)
            let low = byte & 15
            append(byte: low < 10 ? low &+ 0x30 : low &+ 0x57)
        }
    }

    /// A one in each of eight bytes.
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// The offset of the first byte that cannot be copied as it is, or `end`.
    @inline(__always)
    private static func plainEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var offset = start
        // Eight bytes at a step. A borrow may raise false alarms behind a true one only: the lowest mark is right.
        while offset &+ 8 <= end {
            let marks = notPlain(bytes.word64(offset))
            if marks != 0 { return offset &+ marks.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        if offset < end, end &- 8 >= start {
            // The last eight bytes: those that this call has looked at already are plain, and raise no alarm.
            let marks = notPlain(bytes.word64(end &- 8)) >> UInt64((offset &- (end &- 8)) &* 8)
            return marks == 0 ? end : offset &+ marks.trailingZeroBitCount / 8
        }
        while offset < end {
            let byte = bytes.byte(offset)
            if byte < 0x20 || byte >= 0x7f || byte == ASCII.quote || byte == ASCII.backslash { break }
            offset &+= 1
        }
        return offset
    }

    /// Marks control bytes, quotes, backslashes and what is not ASCII with their high bits.
    @inline(__always)
    private static func notPlain(_ word: UInt64) -> UInt64 {
        (word | (word &- ones &* 0x20) | ((word ^ (ones &* 0x22)) &- ones)
            | ((word ^ (ones &* 0x5c)) &- ones) | ((word ^ (ones &* 0x7f)) &- ones)) & (ones &* 0x80)
    }

    /// The length of the well-formed UTF-8 sequence of two to four bytes at `offset` (Unicode table 3-7).
    private static func sequenceLength(_ bytes: RawSpan, _ offset: Int, _ end: Int) -> Int? {
        let lead = bytes.byte(offset)
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0xc2...0xdf: length = 2
        case 0xe0...0xef:
            length = 3
            if lead == 0xe0 { second = 0xa0...0xbf } else if lead == 0xed { second = 0x80...0x9f }
        case 0xf0...0xf4:
            length = 4
            if lead == 0xf0 { second = 0x90...0xbf } else if lead == 0xf4 { second = 0x80...0x8f }
        default: return nil
        }
        guard offset + length <= end, second.contains(bytes.byte(offset + 1)) else { return nil }
        for index in 2..<max(length, 2) where bytes.byte(offset + index) & 0xc0 != 0x80 { return nil }
        return length
    }
}

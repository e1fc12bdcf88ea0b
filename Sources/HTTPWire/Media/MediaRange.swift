/// One element of Accept (RFC 9110 §12.5.1), as far as it tells pages from data.
struct MediaRange {
    /// The weight in thousandths; 0 for "not acceptable" and for one that is malformed.
    let quality: Int
    /// HTML in one of its types.
    let isPage: Bool
    /// JSON, or a stream of events.
    let isData: Bool

    init(_ element: ByteRange, in bytes: RawSpan) {
        let start = Int(element.start)
        let end = Int(element.end)
        let typeEnd = bytes.firstOffset(of: ASCII.semicolon, from: start, to: end) ?? end
        let type = bytes.trimmed(start, typeEnd)
        isPage =
            bytes.equalsIgnoringCase(type, "text/html") || bytes.equalsIgnoringCase(type, "application/xhtml+xml")
        let suffix = ByteRange(max(Int(type.end) - 5, Int(type.start)), Int(type.end))
        isData =
            bytes.equalsIgnoringCase(type, "application/json") || bytes.equalsIgnoringCase(suffix, "+json")
            || bytes.equalsIgnoringCase(type, "text/event-stream")
        var quality = 1000
        var offset = typeEnd
        while offset < end {
            let next = bytes.firstOffset(of: ASCII.semicolon, from: offset + 1, to: end) ?? end
            let parameter = bytes.trimmed(offset + 1, next)
            if parameter.count >= 2,
                bytes.equalsIgnoringCase(ByteRange(Int(parameter.start), Int(parameter.start) + 2), "q=")
            {
                quality = Self.quality(ByteRange(Int(parameter.start) + 2, Int(parameter.end)), bytes)
            }
            offset = next
        }
        self.quality = quality
    }

    /// `qvalue` (RFC 9110 §12.4.2) in thousandths.
    private static func quality(_ range: ByteRange, _ bytes: RawSpan) -> Int {
        guard range.count >= 1, range.count <= 5 else { return 0 }
        let start = Int(range.start)
        var value = 0
        for index in 0..<5 {
            let byte = index < range.count ? bytes.byte(start + index) : UInt8(ascii: "0")
            if index == 1 {
                guard byte == ASCII.dot || range.count == 1 else { return 0 }
            } else {
                guard ASCII.isDigit(byte) else { return 0 }
                value = value * 10 + Int(byte &- 0x30)
            }
        }
        return value <= 1000 ? value : 0
    }
}

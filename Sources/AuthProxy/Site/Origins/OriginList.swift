internal import HTTPWire

/// Origins that a route trusts, each spelled as browsers send it, or `https://*.example.com` for every host below.
struct OriginList: Sendable {
    private struct Pattern: Sendable {
        /// All of it, or what stands before the star.
        let head: [UInt8]
        /// What stands behind the star; nil without one.
        let tail: [UInt8]?
    }

    private let patterns: [Pattern]

    init(_ origins: [String]) {
        patterns = origins.map { origin in
            let bytes = Array(origin.utf8)
            guard let star = bytes.firstIndex(of: UInt8(ascii: "*")) else { return Pattern(head: bytes, tail: nil) }
            return Pattern(head: Array(bytes[..<star]), tail: Array(bytes[(star + 1)...]))
        }
    }

    /// Whether there is none.
    var isEmpty: Bool { patterns.isEmpty }

    /// Whether the value of an Origin field is one of them. Browsers send origins in lower case and leave the usual port out;
    /// whatever is spelled otherwise is no browser's.
    func contains(_ origin: ByteRange, in bytes: RawSpan) -> Bool {
        for pattern in patterns {
            guard let tail = pattern.tail else {
                if bytes.isEqual(origin, to: pattern.head) { return true }
                continue
            }
            let (start, end) = (Int(origin.start) + pattern.head.count, Int(origin.end) - tail.count)
            guard start < end, bytes.isEqual(ByteRange(Int(origin.start), start), to: pattern.head),
                bytes.isEqual(ByteRange(end, Int(origin.end)), to: tail), Self.isHost(bytes, start, end)
            else { continue }
            return true
        }
        return false
    }

    /// Whether the bytes in place of a star are labels and nothing else: neither a port nor user information.
    private static func isHost(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var previous = UInt8(ascii: ".")
        for offset in start..<end {
            let byte = bytes.byteAt(offset)
            switch byte {
            case UInt8(ascii: "."): if previous == byte { return false }
            case 0x30...0x39, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): break
            default: return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }
}

extension IPAddress {
    /// Parses a numeric address, IPv4 or IPv6 without brackets, that fills all of `bytes`.
    ///
    /// Strict: four decimal parts without leading zeros (RFC 6943 §3.1.1 tells what the other spellings led to), or
    /// the text of RFC 4291 §2.2 without a zone.
    public init?(_ bytes: RawSpan) {
        if let address = IPAddress(v4: bytes) {
            self = address
        } else if let address = IPAddress(v6: bytes) {
            self = address
        } else {
            return nil
        }
    }

    /// As ``init(_:)-(RawSpan)``, for text off the hot path.
    public init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        // A span of UInt8 has no padding.
        guard let address = unsafe IPAddress(bytes.span.bytes) else { return nil }
        self = address
    }

    /// Parses an address with what may stand around it in forwarding fields: `192.0.2.7`, `192.0.2.7:80`,
    /// `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    ///
    /// - Returns: the address and where its port stands, or nil when there is anything else.
    public static func parse(withPort bytes: RawSpan) -> (address: IPAddress, port: UInt16?)? {
        let count = bytes.byteCount
        guard count > 0 else { return nil }
        if bytes.byte(0) == ASCII.leftBracket {
            guard let close = bytes.firstOffset(of: ASCII.rightBracket, from: 1, to: count),
                let address = IPAddress(v6: bytes.bytes(ByteRange(1, close)))
            else { return nil }
            return withPort(address, bytes, from: close + 1)
        }
        if let address = IPAddress(bytes) { return (address, nil) }
        guard let colon = bytes.firstOffset(of: ASCII.colon, from: 0, to: count),
            let address = IPAddress(v4: bytes.bytes(ByteRange(0, colon)))
        else { return nil }
        return withPort(address, bytes, from: colon)
    }

    private static func withPort(_ address: IPAddress, _ bytes: RawSpan, from colon: Int) -> (IPAddress, UInt16?)? {
        let count = bytes.byteCount
        if colon == count { return (address, nil) }
        guard bytes.byte(colon) == ASCII.colon, count - colon >= 2, count - colon <= 6 else { return nil }
        var port = 0
        for offset in (colon + 1)..<count {
            guard ASCII.isDigit(bytes.byte(offset)) else { return nil }
            port = port * 10 + Int(bytes.byte(offset) &- 0x30)
        }
        guard let number = UInt16(exactly: port) else { return nil }
        return (address, number)
    }

    /// Parses dotted decimal that fills all of `bytes`.
    init?(v4 bytes: RawSpan) {
        let count = bytes.byteCount
        guard count >= 7, count <= 15 else { return nil }
        var value: UInt32 = 0
        var offset = 0
        for part in 0..<4 {
            if part > 0 {
                guard offset < count, bytes.byte(offset) == ASCII.dot else { return nil }
                offset += 1
            }
            let start = offset
            var number: UInt32 = 0
            while offset < count, offset - start < 3, ASCII.isDigit(bytes.byte(offset)) {
                number = number * 10 + UInt32(bytes.byte(offset) &- 0x30)
                offset += 1
            }
            guard offset > start, number <= 255 else { return nil }
            guard offset == start + 1 || bytes.byte(start) != UInt8(ascii: "0") else { return nil }
            value = value << 8 | number
        }
        guard offset == count else { return nil }
        self.init(v4: value)
    }

    /// Parses the text of an IPv6 address (RFC 4291 §2.2) that fills all of `bytes`, without brackets and zone.
    init?(v6 bytes: RawSpan) {
        let count = bytes.byteCount
        guard count >= 2, count <= 45 else { return nil }
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var filled = 0
        var gap: Int?
        var offset = 0
        if bytes.byte(0) == ASCII.colon {
            guard bytes.byte(1) == ASCII.colon else { return nil }
            gap = 0
            offset = 2
        }
        while offset < count {
            guard filled < 8 else { return nil }
            let start = offset
            var group = 0
            while offset < count, offset - start < 4, let digit = ASCII.hexValue(bytes.byte(offset)) {
                group = group << 4 | Int(digit)
                offset += 1
            }
            if offset < count, bytes.byte(offset) == ASCII.dot {
                // The last 32 bits as dotted decimal.
                guard filled <= 6, let tail = IPAddress(v4: bytes.bytes(ByteRange(start, count))) else { return nil }
                groups[filled] = UInt16(truncatingIfNeeded: tail.low >> 16)
                groups[filled + 1] = UInt16(truncatingIfNeeded: tail.low)
                filled += 2
                offset = count
                break
            }
            guard offset > start else { return nil }
            groups[filled] = UInt16(truncatingIfNeeded: group)
            filled += 1
            guard offset < count else { break }
            guard bytes.byte(offset) == ASCII.colon, offset + 1 < count else { return nil }
            offset += 1
            if bytes.byte(offset) == ASCII.colon {
                guard gap == nil else { return nil }
                gap = filled
                offset += 1
            }
        }
        guard let address = IPAddress(groups: groups, filled: filled, gap: gap) else { return nil }
        self = address
    }

    /// Puts the groups in their places: those behind the gap (`::`) at the end.
    private init?(groups: InlineArray<8, UInt16>, filled: Int, gap: Int?) {
        guard gap == nil ? filled == 8 : filled < 8 else { return nil }
        var words = (UInt64(0), UInt64(0))
        for index in 0..<filled {
            let place = index < gap ?? 8 ? index : index + 8 - filled
            let shift = UInt64(48 - place % 4 * 16)
            if place < 4 {
                words.0 |= UInt64(groups[index]) << shift
            } else {
                words.1 |= UInt64(groups[index]) << shift
            }
        }
        self.init(high: words.0, low: words.1)
    }
}

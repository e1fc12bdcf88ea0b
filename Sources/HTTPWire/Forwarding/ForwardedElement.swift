/// One element of a Forwarded field (RFC 7239 §4): `for=192.0.2.60;proto=http;by=203.0.113.43`.
public struct ForwardedElement: Sendable, Equatable {
    /// The value of `for`, without its quotes.
    public var `for`: ByteRange?
    /// The value of `proto`, without its quotes.
    public var proto: ByteRange?
    /// The value of `host`, without its quotes.
    public var host: ByteRange?

    /// Reads the elements of a field value from left to right, for a quoted string is told from its beginning only.
    ///
    /// - Returns: the elements in order, or nil if any is malformed, repeats a parameter, or holds an escape in a
    ///   quoted string (no address, scheme or host needs one).
    public static func parse(_ value: ByteRange, in bytes: RawSpan) -> [ForwardedElement]? {
        var elements: [ForwardedElement] = []
        var element = ForwardedElement()
        var offset = Int(value.start)
        let end = Int(value.end)
        while offset < end {
            guard let next = element.pair(bytes, offset, end) else { return nil }
            offset = next
            while offset < end, ASCII.isBlank(bytes.byte(offset)) { offset += 1 }
            guard offset < end else { break }
            let separator = bytes.byte(offset)
            guard separator == ASCII.comma || separator == ASCII.semicolon else { return nil }
            if separator == ASCII.comma {
                elements.append(element)
                element = ForwardedElement()
            }
            offset += 1
            while offset < end, ASCII.isBlank(bytes.byte(offset)) { offset += 1 }
            // A separator with nothing behind it.
            guard offset < end else { return nil }
        }
        elements.append(element)
        return elements
    }

    /// Reads `token "=" ( token / quoted-string )` at `start`.
    private mutating func pair(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int? {
        var offset = start
        while offset < end, ByteClass.is(bytes.byte(offset), ByteClass.token) { offset += 1 }
        let name = ByteRange(start, offset)
        guard !name.isEmpty, offset < end, bytes.byte(offset) == ASCII.equals else { return nil }
        offset += 1
        guard offset < end else { return nil }
        let value: ByteRange
        if bytes.byte(offset) == ASCII.quote {
            guard let close = bytes.firstOffset(of: ASCII.quote, from: offset + 1, to: end),
                bytes.firstOffset(of: ASCII.backslash, from: offset + 1, to: close) == nil
            else { return nil }
            value = ByteRange(offset + 1, close)
            offset = close + 1
        } else {
            let first = offset
            while offset < end, ByteClass.is(bytes.byte(offset), ByteClass.token) { offset += 1 }
            value = ByteRange(first, offset)
            guard !value.isEmpty else { return nil }
        }
        return set(name, value, bytes) ? offset : nil
    }

    private mutating func set(_ name: ByteRange, _ value: ByteRange, _ bytes: RawSpan) -> Bool {
        if bytes.equalsIgnoringCase(name, "for") {
            guard self.for == nil else { return false }
            self.for = value
        } else if bytes.equalsIgnoringCase(name, "proto") {
            guard proto == nil else { return false }
            proto = value
        } else if bytes.equalsIgnoringCase(name, "host") {
            guard host == nil else { return false }
            host = value
        }
        return true
    }
}

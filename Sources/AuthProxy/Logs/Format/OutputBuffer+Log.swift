internal import HTTPWire

extension OutputBuffer {
    /// The longest text of a peer's making that goes into a line: a request target of the default limit. What is cut
    /// ends in three dots.
    static let longText = 8 * 1024
    /// The same for identifiers and names.
    static let shortText = 256

    /// Appends `"name":` and a number, or nothing if the number is negative. `name` brings the comma, the quotes and
    /// the colon along.
    @inline(__always)
    func append(_ name: StaticString, ifPresent number: Int64) {
        guard number >= 0 else { return }
        append(name)
        append(decimal: Int(number))
    }

    /// Appends a name, as above, and bytes of a peer's making as a JSON string; nothing if there are none.
    @inline(__always)
    func append(_ name: StaticString, jsonIfPresent bytes: RawSpan, limit: Int = shortText) {
        guard bytes.byteCount > 0 else { return }
        append(name)
        append(jsonBytes: bytes, limit: limit)
    }

    /// Appends at most `limit` bytes as a JSON string.
    func append(jsonBytes bytes: RawSpan, limit: Int) {
        guard bytes.byteCount > limit else { return append(jsonString: bytes) }
        append(jsonString: bytes.extracting(first: Self.wholeCharacters(of: bytes, within: limit)))
        truncate(to: count - 1)
        append("...\"")
    }

    /// Appends a name, as above, and text as a JSON string; nothing if there is none.
    func append(_ name: StaticString, jsonIfPresent text: String?, limit: Int = shortText) {
        guard let text else { return }
        append(name)
        append(jsonText: text, limit: limit)
    }

    /// Appends text of at most `limit` bytes as a JSON string.
    func append(jsonText text: String, limit: Int) {
        // The bytes of a text are bytes; they have no padding.
        unsafe append(jsonBytes: text.utf8.span.bytes, limit: limit)
    }

    /// Appends at most `limit` bytes in a form that no terminal takes for a command: what is not printable ASCII is
    /// spelled `\xNN`.
    func append(plain bytes: RawSpan, limit: Int) {
        for index in 0..<min(bytes.byteCount, limit) {
            // The loop's bound is at most the number of bytes.
            let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
            if byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") {
                append(byte: byte)
            } else {
                append("\\x")
                if byte < 16 { append("0") }
                append(hex: UInt64(byte))
            }
        }
        if bytes.byteCount > limit { append("...") }
    }

    /// As above, for text.
    func append(plain text: String, limit: Int) {
        // The bytes of a text are bytes; they have no padding.
        unsafe append(plain: text.utf8.span.bytes, limit: limit)
    }

    /// Appends blanks until at least `width` bytes were written since the buffer held `start`.
    func pad(from start: Int, to width: Int) {
        for _ in 0..<max(width - (count - start), 0) { append(byte: UInt8(ascii: " ")) }
    }

    /// How many of the first `limit` bytes do not end within a character of UTF-8.
    private static func wholeCharacters(of bytes: RawSpan, within limit: Int) -> Int {
        var end = limit
        // `end` is at most `limit`, which is less than the number of bytes.
        while end > limit - 3, unsafe bytes.unsafeLoad(fromByteOffset: end, as: UInt8.self) & 0xc0 == 0x80 { end -= 1 }
        return end
    }
}

/// A request method (RFC 9110 §9.3). Methods are case-sensitive: `get` is ``other``.
public enum HTTPMethod: UInt8, Sendable {
    case get, head, post, put, delete, options, patch, connect, trace
    /// Any other token; its spelling is in the head's `methodRange`.
    case other

    /// The method that a token spells.
    public init(_ bytes: RawSpan) {
        self.init(bytes, 0, bytes.byteCount)
    }

    @inline(__always)
    init(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        let count = end - start
        self = .other
        if count == 3 {
            let word =
                UInt32(bytes.byte(start)) | UInt32(bytes.byte(start + 1)) << 8 | UInt32(bytes.byte(start + 2)) << 16
            if word == 0x544547 { self = .get } else if word == 0x545550 { self = .put }
            return
        }
        guard count >= 4, count <= 7 else { return }
        // The first four bytes and the last four, which overlap, spell the whole token.
        switch (count, UInt64(bytes.word32(start)) | UInt64(bytes.word32(end - 4)) << 32) {
        case (4, Self.key("POST")): self = .post
        case (4, Self.key("HEAD")): self = .head
        case (5, Self.key("PATCH")): self = .patch
        case (5, Self.key("TRACE")): self = .trace
        case (6, Self.key("DELETE")): self = .delete
        case (7, Self.key("OPTIONS")): self = .options
        case (7, Self.key("CONNECT")): self = .connect
        default: break
        }
    }

    /// Whether the method only reads (RFC 9110 §9.2.1).
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        default: false
        }
    }

    /// Whether sending it twice is as good as once (RFC 9110 §9.2.2).
    public var isIdempotent: Bool { isSafe || self == .put || self == .delete }

    /// First and last four bytes of a literal with four bytes or more, as one word.
    @inline(__always)
    private static func key(_ text: StaticString) -> UInt64 {
        FieldNameKey(text).first
    }
}

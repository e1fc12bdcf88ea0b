/// One field line (RFC 9112 §5), as ranges of the buffer that was parsed.
public struct FieldLine: Sendable, Equatable {
    /// The name, as the peer spelled it.
    public var name: ByteRange
    /// The value without blanks at its ends.
    public var value: ByteRange
    /// Offset behind the line's CRLF.
    public var lineEnd: Int32
    /// Which field it is, if it is one that we act upon.
    public var known: KnownField

    /// Describes a line.
    @inlinable
    public init(name: ByteRange, value: ByteRange, lineEnd: Int, known: KnownField) {
        self.name = name
        self.value = value
        self.lineEnd = Int32(truncatingIfNeeded: lineEnd)
        self.known = known
    }

    /// The whole line with its CRLF: neighbouring lines that stay as they are can be copied in one go.
    @inlinable
    public var line: ByteRange { ByteRange(Int(name.start), Int(lineEnd)) }
}

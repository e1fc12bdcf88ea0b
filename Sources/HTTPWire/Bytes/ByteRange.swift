/// A range of bytes in a buffer that somebody else holds: how parsers name what they found without copying it. A buffer
/// has less than 2 GiB, which is far beyond every limit on what is parsed at once.
public struct ByteRange: Sendable, Hashable {
    /// Offset of the first byte.
    public var start: Int32
    /// Offset behind the last byte.
    public var end: Int32

    /// The range `start..<end`.
    @inlinable
    public init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// The number of bytes.
    @inlinable
    public var count: Int { Int(end &- start) }

    /// Whether there is no byte.
    @inlinable
    public var isEmpty: Bool { start == end }

    /// The range as offsets.
    @inlinable
    public var range: Range<Int> { Int(start)..<Int(end) }

    /// The empty range at 0.
    public static let empty = ByteRange(0, 0)
}

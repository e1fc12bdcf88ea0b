/// The cookies of one Cookie field value, in order (RFC 6265bis §5.8.3): what stands between semicolons. Like servers
/// everywhere, it takes every byte but the semicolon; a part without `=` is a value without a name.
public struct CookiePairs: Sendable {
    /// One cookie.
    public struct Pair: Sendable, Equatable {
        /// The name without blanks at its ends; empty where there is no `=`.
        public var name: ByteRange
        /// The value without blanks at its ends, quotes and all.
        public var value: ByteRange
        /// All bytes between the semicolons.
        public var whole: ByteRange
    }

    /// Offset of the next part; beyond `end` when all are out.
    private var position: Int
    private let end: Int

    /// The cookies of a field value.
    public init(_ value: ByteRange) {
        // A value without a byte has no part; every other one has one more than it has semicolons.
        position = value.isEmpty ? Int(value.end) + 1 : Int(value.start)
        end = Int(value.end)
    }

    /// The next cookie; empty parts count too.
    public mutating func next(in bytes: RawSpan) -> Pair? {
        guard position <= end else { return nil }
        let stop = bytes.firstOffset(of: ASCII.semicolon, from: position, to: end) ?? end
        let whole = ByteRange(position, stop)
        position = stop + 1
        guard let equals = bytes.firstOffset(of: ASCII.equals, from: Int(whole.start), to: stop) else {
            return Pair(name: .empty, value: bytes.trimmed(Int(whole.start), stop), whole: whole)
        }
        return Pair(
            name: bytes.trimmed(Int(whole.start), equals), value: bytes.trimmed(equals + 1, stop), whole: whole)
    }
}

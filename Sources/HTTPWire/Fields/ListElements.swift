/// The elements of a comma-separated list without quoted strings (RFC 9110 §5.6.1); empty ones are skipped, as a
/// recipient has to.
public struct ListElements: Sendable {
    private var position: Int
    private let end: Int

    /// The elements of a field value.
    public init(_ value: ByteRange) {
        position = Int(value.start)
        end = Int(value.end)
    }

    /// The next element, without blanks at its ends.
    public mutating func next(in bytes: RawSpan) -> ByteRange? {
        while position < end {
            let stop = bytes.firstOffset(of: ASCII.comma, from: position, to: end) ?? end
            let element = bytes.trimmed(position, stop)
            position = stop + 1
            if !element.isEmpty { return element }
        }
        return nil
    }
}

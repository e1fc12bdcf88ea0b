/// A parameter of queries, by its name: where credentials travel that way (RFC 6750 §2.3), it is taken out before anybody else
/// sees the query.
///
/// A query is a list between `&`, each element a name and a value around its first `=`; a name counts in whatever escapes it
/// is written.
public final class QueryParameter: Sendable {
    /// What a query holds.
    public enum Match: Sendable, Equatable {
        case absent
        /// The value as it stands there.
        case found(ByteRange)
        /// Two values that differ.
        case conflicting
    }

    private let name: [UInt8]

    /// A parameter whose name is of unreserved bytes (RFC 3986 §2.3).
    public init(_ name: String) { self.name = Array(name.utf8) }

    /// Looks for the parameter.
    ///
    /// - Parameter target: path and query.
    public func find(in bytes: RawSpan, _ target: ByteRange) -> Match {
        var found: ByteRange?
        var elements = QueryElements(bytes, target)
        while let element = elements.next(in: bytes) {
            guard let value = value(of: element, in: bytes) else { continue }
            if let found, !bytes.equals(found, value) { return .conflicting }
            found = value
        }
        return found.map(Match.found) ?? .absent
    }

    /// Appends a target, or a URL, without the parameter: also without the `?` where nothing else is left of the query.
    ///
    /// - Returns: whether the parameter was there; if not, nothing is appended.
    public func appendOthers(of bytes: RawSpan, _ target: ByteRange, to output: OutputBuffer) -> Bool {
        guard find(in: bytes, target) != .absent else { return false }
        var elements = QueryElements(bytes, target)
        // Up to the `?`.
        output.append(ByteRange(Int(target.start), elements.start - 1), of: bytes)
        var separator = UInt8(ascii: "?")
        while let element = elements.next(in: bytes) {
            if value(of: element, in: bytes) != nil { continue }
            output.append(byte: separator)
            output.append(element, of: bytes)
            separator = UInt8(ascii: "&")
        }
        output.append(ByteRange(elements.end, Int(target.end)), of: bytes)
        return true
    }

    /// The element's value; nil if it is not this parameter.
    private func value(of element: ByteRange, in bytes: RawSpan) -> ByteRange? {
        var offset = Int(element.start)
        let end = Int(element.end)
        for wanted in name {
            guard offset < end else { return nil }
            var byte = bytes.byte(offset)
            offset += 1
            if byte == ASCII.percent {
                guard let escaped = PathCanonicaliser.escaped(bytes, offset - 1, end) else { return nil }
                byte = escaped
                offset += 2
            }
            guard byte == wanted else { return nil }
        }
        if offset == end { return ByteRange(end, end) }
        return bytes.byte(offset) == ASCII.equals ? ByteRange(offset + 1, end) : nil
    }
}

/// The elements of a query, without copying.
private struct QueryElements {
    /// Offset behind the `?`.
    let start: Int
    /// Where the query ends: at a fragment, or with everything.
    let end: Int
    private var offset: Int
    private var isOver: Bool

    init(_ bytes: RawSpan, _ target: ByteRange) {
        let last = bytes.firstOffset(of: UInt8(ascii: "#"), from: Int(target.start), to: Int(target.end))
        end = last ?? Int(target.end)
        let mark = bytes.firstOffset(of: ASCII.question, from: Int(target.start), to: end)
        start = mark.map { $0 + 1 } ?? end
        offset = start
        isOver = mark == nil
    }

    mutating func next(in bytes: RawSpan) -> ByteRange? {
        guard !isOver else { return nil }
        let stop = bytes.firstOffset(of: UInt8(ascii: "&"), from: offset, to: end)
        let element = ByteRange(offset, stop ?? end)
        if let stop { offset = stop + 1 } else { isOver = true }
        return element
    }
}

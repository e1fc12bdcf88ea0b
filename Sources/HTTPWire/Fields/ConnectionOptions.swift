/// What the Connection field of a message says (RFC 9110 §7.6.1).
public struct ConnectionOptions: OptionSet, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The connection ends after this message (RFC 9112 §9.6).
    public static let close = ConnectionOptions(rawValue: 1)
    /// An HTTP/1.0 peer wants to go on (RFC 9112 §9.3).
    public static let keepAlive = ConnectionOptions(rawValue: 2)
    /// The Upgrade field is meant for us (RFC 9110 §7.8).
    public static let upgrade = ConnectionOptions(rawValue: 4)
    /// Further names are listed: fields that must not be forwarded.
    public static let nominatesOthers = ConnectionOptions(rawValue: 8)

    /// Reads all Connection lines of a section.
    ///
    /// - Throws: ``HTTPParseError/Kind/invalidConnectionOption`` for an element that is no token.
    @inline(__always)
    init(_ table: borrowing FieldTable, _ bytes: RawSpan, in message: HTTPParseError.Message) throws(HTTPParseError) {
        self = []
        guard table.contains(.connection) else { return }
        try read(table, bytes, in: message)
    }

    private mutating func read(_ table: borrowing FieldTable, _ bytes: RawSpan, in message: HTTPParseError.Message)
        throws(HTTPParseError)
    {
        for line in table.lines where line.known == .connection {
            var elements = ListElements(line.value)
            while let element = elements.next(in: bytes) {
                if bytes.equalsIgnoringCase(element, "keep-alive") {
                    insert(.keepAlive)
                } else if bytes.equalsIgnoringCase(element, "close") {
                    insert(.close)
                } else if bytes.equalsIgnoringCase(element, "upgrade") {
                    insert(.upgrade)
                } else {
                    for offset in element.range where !ByteClass.is(bytes.byte(offset), ByteClass.token) {
                        throw HTTPParseError(.invalidConnectionOption, in: message, at: offset)
                    }
                    insert(.nominatesOthers)
                }
            }
        }
    }
}

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
}

extension FieldTable {
    /// What all Connection lines of the section say.
    ///
    /// - Throws: ``HTTPParseError/Kind/invalidConnectionOption`` for an element that is no token.
    @inline(__always)
    func connectionOptions(_ bytes: RawSpan, in message: HTTPParseError.Message) throws(HTTPParseError)
        -> ConnectionOptions
    {
        guard let line = first(.connection) else { return [] }
        if let option = ConnectionOptions.named(line.value, bytes), !isRepeated(.connection) { return option }
        return try listedConnectionOptions(bytes, in: message)
    }

    @inline(never)
    private func listedConnectionOptions(_ bytes: RawSpan, in message: HTTPParseError.Message) throws(HTTPParseError)
        -> ConnectionOptions
    {
        var options: ConnectionOptions = []
        for line in lines where line.known == .connection {
            var elements = ListElements(line.value)
            while let element = elements.next(in: bytes) {
                if let option = ConnectionOptions.named(element, bytes) {
                    options.insert(option)
                    continue
                }
                for offset in element.range where !ByteClass.is(bytes.byte(offset), ByteClass.token) {
                    throw HTTPParseError(.invalidConnectionOption, in: message, at: offset)
                }
                options.insert(.nominatesOthers)
            }
        }
        return options
    }
}

extension ConnectionOptions {
    /// The option that the bytes spell, if it is one of the three that have a meaning of their own.
    @inline(__always)
    fileprivate static func named(_ element: ByteRange, _ bytes: RawSpan) -> ConnectionOptions? {
        guard element.count >= 5, element.count <= 10 else { return nil }
        let key = FieldNameKey(bytes, Int(element.start), Int(element.end))
        switch element.count {
        case 10 where key == FieldNameKey("keep-alive"): return .keepAlive
        case 5 where key == FieldNameKey("close"): return .close
        case 7 where key == FieldNameKey("upgrade"): return .upgrade
        default: return nil
        }
    }
}

/// The header of a WebSocket frame from a client (RFC 6455 §5.2).
struct FrameHeader: Sendable, Equatable {
    /// The kinds of frames.
    enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        /// Whether the frame stands for itself, between the fragments of a message (§5.5).
        var isControl: Bool { rawValue >= 8 }
    }

    /// Whether it is a message's last frame.
    var isFinal: Bool
    /// The kind.
    var opcode: Opcode
    /// Bytes of the payload.
    var payloadLength: Int
    /// The masking key.
    var mask: (UInt8, UInt8, UInt8, UInt8)
    /// Bytes of the header, with the masking key.
    var length: Int

    static func == (left: FrameHeader, right: FrameHeader) -> Bool {
        left.isFinal == right.isFinal && left.opcode == right.opcode && left.payloadLength == right.payloadLength
            && left.mask == right.mask && left.length == right.length
    }

    /// Parses the header at the beginning of `bytes`.
    ///
    /// - Parameter limit: the longest payload that is taken.
    /// - Returns: nil while the header is not whole.
    /// - Throws: ``WebSocketCloseCode/protocolError`` for what the RFC forbids, ``WebSocketCloseCode/messageTooBig``
    ///   for a payload beyond the limit, before any of it has come.
    static func parse(_ bytes: ArraySlice<UInt8>, limit: Int) throws(WebSocketCloseCode) -> FrameHeader? {
        guard bytes.count >= 2 else { return nil }
        let start = bytes.startIndex
        let first = bytes[start]
        let second = bytes[start + 1]
        // No extension was agreed upon, so the reserved bits are 0; and a client masks (§5.1).
        guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0f), second & 0x80 != 0 else {
            throw .protocolError
        }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7f)
        guard !opcode.isControl || (isFinal && short <= 125) else { throw .protocolError }
        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        let length = 2 + extra + 4
        guard bytes.count >= 2 + extra else { return nil }
        let payloadLength = try Self.payloadLength(short, bytes[(start + 2)..<(start + 2 + extra)])
        guard payloadLength <= UInt64(limit) else { throw .messageTooBig }
        guard bytes.count >= length else { return nil }
        let key = start + 2 + extra
        return FrameHeader(
            isFinal: isFinal, opcode: opcode, payloadLength: Int(payloadLength),
            mask: (bytes[key], bytes[key + 1], bytes[key + 2], bytes[key + 3]), length: length)
    }

    /// The length in its shortest form and below 2^63 (§5.2); anything else could be read in two ways.
    private static func payloadLength(_ short: Int, _ extended: ArraySlice<UInt8>) throws(WebSocketCloseCode) -> UInt64
    {
        guard !extended.isEmpty else { return UInt64(short) }
        let value = extended.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let least: UInt64 = extended.count == 2 ? 126 : 65536
        guard value >= least, value < 1 << 63 else { throw .protocolError }
        return value
    }

    /// The payload, unmasked (§5.3).
    func payload(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let keys = [mask.0, mask.1, mask.2, mask.3]
        return bytes.dropFirst(length).prefix(payloadLength).enumerated().map { $0.element ^ keys[$0.offset & 3] }
    }
}

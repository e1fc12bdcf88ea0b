import HTTPWire

/// The server's side of a WebSocket that sends back what it gets (RFC 6455): a state machine without I/O.
///
/// Messages may come in fragments; they go back in one frame. Pings are answered, texts checked, and a close frame is
/// answered by the same code.
struct WebSocketEcho: Sendable {
    /// What became of the bytes at hand.
    enum Step: Sendable, Equatable {
        /// No whole frame is there.
        case needMore
        /// So many bytes were used.
        case consumed(Int)
        /// The closing handshake is over, or the peer broke the rules: the connection ends after what was written.
        case closed
    }

    /// The largest message in bytes, in one frame or in many.
    static let messageLimit = 1024 * 1024

    /// The kind of the message whose fragments are coming.
    private var kind: FrameHeader.Opcode?
    /// Its bytes so far.
    private var message: [UInt8] = []

    /// Takes the next frame from the beginning of `bytes` and writes the answer, if there is one.
    mutating func next(_ bytes: ArraySlice<UInt8>, to output: OutputBuffer) -> Step {
        do throws(WebSocketCloseCode) {
            guard let header = try FrameHeader.parse(bytes, limit: Self.messageLimit),
                bytes.count >= header.length + header.payloadLength
            else { return .needMore }
            let payload = header.payload(bytes)
            guard try take(header, payload, output) else { return .closed }
            return .consumed(header.length + header.payloadLength)
        } catch {
            Self.close(error.rawValue, output)
            return .closed
        }
    }

    /// - Returns: whether the socket stays open.
    private mutating func take(_ header: FrameHeader, _ payload: [UInt8], _ output: OutputBuffer)
        throws(WebSocketCloseCode) -> Bool
    {
        switch header.opcode {
        case .ping: Self.write(.pong, payload, to: output)
        case .pong: break
        case .close:
            try Self.answer(close: payload, output)
            return false
        case .text, .binary:
            guard kind == nil else { throw .protocolError }
            kind = header.opcode
            message = payload
            if header.isFinal { try sendBack(output) }
        case .continuation:
            guard kind != nil else { throw .protocolError }
            guard message.count + payload.count <= Self.messageLimit else { throw .messageTooBig }
            message += payload
            if header.isFinal { try sendBack(output) }
        }
        return true
    }

    private mutating func sendBack(_ output: OutputBuffer) throws(WebSocketCloseCode) {
        guard let kind else { return }
        if kind == .text { try Self.checkText(message) }
        Self.write(kind, message, to: output)
        self.kind = nil
        message = []
    }

    private static func checkText(_ bytes: [UInt8]) throws(WebSocketCloseCode) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .invalidText }
    }

    /// A close frame is answered by its own code (§5.5.1), or by none where it has none.
    private static func answer(close payload: [UInt8], _ output: OutputBuffer) throws(WebSocketCloseCode) {
        guard !payload.isEmpty else { return write(.close, [], to: output) }
        guard payload.count >= 2 else { throw .protocolError }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard WebSocketCloseCode.mayTravel(code) else { throw .protocolError }
        try checkText(Array(payload.dropFirst(2)))
        close(code, output)
    }

    private static func close(_ code: UInt16, _ output: OutputBuffer) {
        write(.close, [UInt8(code >> 8), UInt8(code & 255)], to: output)
    }

    /// Writes one whole frame; a server does not mask (§5.1).
    private static func write(_ opcode: FrameHeader.Opcode, _ payload: [UInt8], to output: OutputBuffer) {
        output.append(byte: 0x80 | opcode.rawValue)
        switch payload.count {
        case ...125: output.append(byte: UInt8(payload.count))
        case ...65535:
            output.append(byte: 126)
            output.append(byte: UInt8(payload.count >> 8))
            output.append(byte: UInt8(payload.count & 255))
        default:
            output.append(byte: 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                output.append(byte: UInt8(truncatingIfNeeded: payload.count >> shift))
            }
        }
        output.append(payload)
    }
}

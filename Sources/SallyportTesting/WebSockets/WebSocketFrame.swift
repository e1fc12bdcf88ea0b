/// A WebSocket frame (RFC 6455 §5.2).
public struct WebSocketFrame: Sendable, Equatable {
    /// 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    public var opcode: UInt8
    /// Whether it is the last one of its message.
    public var isFinal: Bool
    /// Its payload, unmasked.
    public var payload: [UInt8]

    /// Describes a frame.
    public init(opcode: UInt8 = 1, isFinal: Bool = true, payload: [UInt8]) {
        self.opcode = opcode
        self.isFinal = isFinal
        self.payload = payload
    }

    /// A text message.
    public static func text(_ text: String) -> WebSocketFrame { WebSocketFrame(payload: Array(text.utf8)) }

    /// A close frame with its code and reason.
    public static func close(_ code: UInt16, _ reason: String = "") -> WebSocketFrame {
        WebSocketFrame(
            opcode: 8, payload: [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)] + reason.utf8)
    }

    /// The code of a close frame.
    public var closeCode: Int? {
        opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
    }

    /// Its bytes: masked as a client must, or not as a server must not.
    public func bytes(isMasked: Bool) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65536: bytes += [mask | 126] + Self.bigEndian(payload.count, 2)
        default: bytes += [mask | 127] + Self.bigEndian(payload.count, 8)
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    private static func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}

extension WireReader {
    /// Reads one frame, whether it is masked or not.
    public func webSocketFrame() throws(SocketFailure) -> WebSocketFrame {
        let start = try bytes(2)
        var count = Int(start[1] & 0x7F)
        if count >= 126 { count = try bytes(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
        guard count < 1 << 26 else { throw .malformed("a frame of \(count) bytes") }
        let key = start[1] & 0x80 != 0 ? try bytes(4) : [0, 0, 0, 0]
        let payload = try bytes(count).enumerated().map { $1 ^ key[$0 % 4] }
        return WebSocketFrame(opcode: start[0] & 0x0F, isFinal: start[0] & 0x80 != 0, payload: payload)
    }
}

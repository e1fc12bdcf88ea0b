/// Why a WebSocket is closed (RFC 6455 §7.4.1).
enum WebSocketCloseCode: UInt16, Error, Sendable, Equatable {
    /// All is well.
    case normal = 1000
    /// The peer broke the protocol.
    case protocolError = 1002
    /// A text is not UTF-8.
    case invalidText = 1007
    /// A message is larger than we take.
    case messageTooBig = 1009

    /// Whether a peer may send this code in a close frame (§7.4): the assigned ones that travel, and those that are
    /// free for libraries and applications.
    static func mayTravel(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

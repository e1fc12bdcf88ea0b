/// Why an opening handshake was refused (RFC 6455 §4.2).
public enum WebSocketRefusal: Error, Sendable, Equatable, CaseIterable {
    /// Another method than GET.
    case method
    /// No `Upgrade: websocket`, no `Connection: Upgrade`, HTTP/1.0, or a body.
    case notAnUpgrade
    /// No Sec-WebSocket-Key, several, or not 16 bytes in base64.
    case key
    /// Another version than 13; the answer carries `Sec-WebSocket-Version: 13` (§4.4).
    case version
    /// A Sec-WebSocket-Protocol element that is no token, or the same one twice (§4.1).
    case protocols
    /// Two tokens that differ.
    case conflictingTokens
    /// `bearer.` with something behind it that is no token.
    case malformedToken
    /// The upstream's 101 names a protocol that it was not offered, or more than one (§4.1).
    case protocolNotOffered
    /// The upstream's 101 lacks the right Upgrade, Connection or Sec-WebSocket-Accept (§4.2.2).
    case acceptance

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .version: 426
        case .protocolNotOffered, .acceptance: 502
        default: 400
        }
    }

    /// What is wrong, in one sentence without anything that the peer sent.
    public var sentence: String {
        switch self {
        case .method: "A WebSocket is opened with GET."
        case .notAnUpgrade: "The request does not ask for an upgrade to WebSocket."
        case .key: "The Sec-WebSocket-Key is missing or invalid."
        case .version: "Only version 13 of the WebSocket protocol is spoken here."
        case .protocols: "The Sec-WebSocket-Protocol field is invalid."
        case .conflictingTokens: "There is more than one token."
        case .malformedToken: "The token in Sec-WebSocket-Protocol is malformed."
        case .protocolNotOffered: "The application chose a subprotocol that it was not offered."
        case .acceptance: "The application's answer to the WebSocket handshake is invalid."
        }
    }
}

/// What a token is for. It is written as the `type` claim and checked before anything else is believed, so that
/// one kind is never taken for another (RFC 8725 §3.11).
public enum TokenType: String, Sendable, Hashable, CaseIterable {
    /// Presented with each request; lives 1800 s by default.
    case access
    /// Exchanged for a new access token; lives 86,400 s by default.
    case refresh
    /// Opens a WebSocket; lives 1800 s by default.
    case websocket
}

/// `websocket:` of a route.
public struct WebSocketConfiguration: Sendable, Equatable {
    /// The code of the close frame that a client gets when its token has expired or was revoked (RFC 6455 §7.4).
    public var closeCode: UInt16 = 4401
    /// Its reason, UTF-8 of at most 123 bytes; nil: a sentence that tells which of the two it was.
    public var closeReason: String? = nil

    /// Origins (beside the route's own) whose pages may open a WebSocket, exact; nil: any where the token is one that a page
    /// has to know, none where a cookie is all.
    public var allowedOrigins: [String]? = nil

    /// The defaults.
    public init() {}
}

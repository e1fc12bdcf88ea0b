/// The name of one token: its session, its type and its `jti` (RFC 7519 §4.1.7).
///
/// A store keys by this and never by the token's bytes: a signature has more than one spelling.
public struct TokenReference: Sendable, Hashable {
    /// The session (`sid`): one login, one family of tokens.
    public var session: String
    /// The kind of token.
    public var type: TokenType
    /// The token's identifier (`jti`): 128 random bits, base64url.
    public var identifier: String

    /// Names a token.
    public init(session: String, type: TokenType, identifier: String) {
        self.session = session
        self.type = type
        self.identifier = identifier
    }
}

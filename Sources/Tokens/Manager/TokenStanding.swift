/// What a connection rests on that outlives the request by which it was opened: a token, for as long as that lives.
public struct TokenStanding: Sendable, Hashable {
    /// Whose token it is.
    public enum Token: Sendable, Hashable {
        /// One of ours. When it has run out, the newest access token of its session may stand in for it.
        case own(TokenReference)
        /// Somebody else's, which nobody here renews.
        case foreign(ForeignToken)
    }

    /// The token.
    public let token: Token
    /// Its `exp`, in seconds since the epoch.
    public let expiresAt: Int64

    init(_ token: Token, expiresAt: Int64) {
        self.token = token
        self.expiresAt = expiresAt
    }

    /// The standing of who was let in with a token.
    public init(_ verified: VerifiedToken) {
        token = verified.foreign.map(Token.foreign) ?? .own(verified.reference)
        expiresAt = verified.expiresAt
    }

    /// Under which names the store announces changes: the session's, or those of the entries of the deny-list that could be
    /// about a foreign token (``DenialKey/storedName``).
    public var announcedNames: [String] {
        switch token {
        case .own(let reference): [reference.session]
        case .foreign(let foreign): foreign.denialNames
        }
    }
}

/// What has become of a ``TokenStanding``.
public enum StandingVerdict: Sendable, Equatable {
    /// It holds, perhaps because the session was refreshed: then it is another token's.
    ///
    /// - `isWatched`: whether the store announces each later change of it.
    case holds(TokenStanding, isWatched: Bool)
    /// The token has run out, and nothing stands in for it.
    case expired
    /// The token was revoked, its session has ended, or it is denied.
    case revoked
}

/// What a store knows of a session: one login, one family of tokens.
///
/// It holds no token: the tokens of the current generation are rebuilt from it, byte for byte, whenever the same
/// answer must be given twice.
public struct SessionRecord: Sendable, Equatable {
    /// The session's identifier (`sid`): 128 random bits, base64url.
    public var identifier: String
    /// The user (`sub`).
    public var subject: String
    /// The caller's claims as the text of one JSON object, written into each access token of the session.
    public var claims: String
    /// When the session was issued, in seconds since the epoch.
    public var createdAt: Int64
    /// When its tokens were last rotated, in seconds since the epoch.
    public var lastSeenAt: Int64
    /// The client's address at login, for people to read; binding is decided by the tokens' fingerprint.
    public var clientAddress: String
    /// The client's User-Agent at login, for people to read.
    public var userAgent: String?
    /// The newest generation.
    public var current: TokenGeneration
    /// Whether a token of the newest generation was presented already. Until then its predecessor stays good.
    public var isConfirmed: Bool
    /// Refresh tokens of earlier generations that still give the newest one, idempotently.
    public var superseded: [SupersededRefreshToken]

    /// Describes a session.
    public init(
        identifier: String, subject: String, claims: String, createdAt: Int64, lastSeenAt: Int64,
        clientAddress: String, userAgent: String?, current: TokenGeneration, isConfirmed: Bool = true,
        superseded: [SupersededRefreshToken] = []
    ) {
        self.identifier = identifier
        self.subject = subject
        self.claims = claims
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.current = current
        self.isConfirmed = isConfirmed
        self.superseded = superseded
    }

    /// When the session is over unless it is refreshed: the expiry of its newest token.
    public var expiresAt: Int64 { max(current.accessExpiresAt, current.refreshExpiresAt) }
}

/// Both tokens of a session's newest generation, as they go to the client.
public struct IssuedTokens: Sendable {
    /// The access token in compact form.
    public let accessToken: String
    /// The refresh token in compact form.
    public let refreshToken: String
    /// The session (`sid`).
    public let session: String
    /// The user (`sub`).
    public let subject: String
    /// The generation (`gen`), from 1 upwards.
    public let generation: Int64
    /// `exp` of the access token, in seconds since the epoch.
    public let accessExpiresAt: Int64
    /// `exp` of the refresh token, in seconds since the epoch.
    public let refreshExpiresAt: Int64
    /// The access token as its verification would give it.
    public let access: VerifiedToken
    /// `jti` of the refresh token.
    public let refreshIdentifier: String
    /// The sessions of the same user that ended for this one, because there may be only so many at once.
    public internal(set) var endedSessions: [SessionRecord] = []
}

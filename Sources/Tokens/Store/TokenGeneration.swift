/// One generation of a session's tokens: what is needed to build its access and its refresh token again.
public struct TokenGeneration: Sendable, Equatable {
    /// The generation's number (`gen`), from 1 upwards.
    public var number: Int64
    /// The `jti` of the access token.
    public var accessIdentifier: String
    /// The `jti` of the refresh token.
    public var refreshIdentifier: String
    /// `iat` of both, in seconds since the epoch.
    public var issuedAt: Int64
    /// `exp` of the access token, in seconds since the epoch.
    public var accessExpiresAt: Int64
    /// `exp` of the refresh token, in seconds since the epoch.
    public var refreshExpiresAt: Int64

    /// Describes a generation.
    public init(
        number: Int64, accessIdentifier: String, refreshIdentifier: String, issuedAt: Int64,
        accessExpiresAt: Int64, refreshExpiresAt: Int64
    ) {
        self.number = number
        self.accessIdentifier = accessIdentifier
        self.refreshIdentifier = refreshIdentifier
        self.issuedAt = issuedAt
        self.accessExpiresAt = accessExpiresAt
        self.refreshExpiresAt = refreshExpiresAt
    }
}

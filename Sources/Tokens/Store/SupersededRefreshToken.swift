/// A refresh token that was already exchanged, and for how long it still gives its successor.
public struct SupersededRefreshToken: Sendable, Equatable {
    /// Its `jti`.
    public var identifier: String
    /// Its own `exp`, in seconds since the epoch.
    public var expiresAt: Int64
    /// When the grace ends, in seconds since the epoch; `nil` as long as the successor is unconfirmed, because an
    /// answer that never reached the client must not sign the client out.
    public var graceEndsAt: Int64?

    /// Describes a superseded refresh token.
    public init(identifier: String, expiresAt: Int64, graceEndsAt: Int64?) {
        self.identifier = identifier
        self.expiresAt = expiresAt
        self.graceEndsAt = graceEndsAt
    }

    /// Whether it still gives its successor: not expired, and the grace not over.
    public func givesSuccessor(at now: Int64) -> Bool {
        if expiresAt <= now { return false }
        guard let graceEndsAt else { return true }
        return graceEndsAt > now
    }
}

/// What the store said of a token that is not revoked.
public struct RevocationCheck: Sendable, Equatable {
    /// Whether the store announces each later change of the token, so that the verdict may be kept until then.
    public let isWatched: Bool
    /// Whether this check was the first sight of the token's generation, and confirmed it.
    public let didConfirm: Bool
}

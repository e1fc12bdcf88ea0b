/// What a store says of a token.
public enum TokenVerdict: Sendable, Equatable {
    /// The token is on the allow-list.
    ///
    /// - `isConfirmed`: false when it belongs to a generation that nobody has presented yet; the caller then calls
    ///   ``TokenStore/confirm(_:generation:graceSeconds:now:)`` once.
    /// - `isWatched`: true when the store announces each later change of this token through
    ///   ``TokenStore/observeInvalidations(_:)``, so that the verdict may be kept until then.
    case live(isConfirmed: Bool, isWatched: Bool)
    /// The token is not on the allow-list: revoked, its session ended, or forgotten after its expiry.
    case revoked
}

/// What a refresh token is to its session. See ``RotationRules``.
public enum RefreshTokenStanding: Sendable, Equatable {
    /// The newest one.
    case current
    /// An earlier one that still gives the newest generation: nobody confirmed that, or the grace lasts.
    case superseded
    /// An earlier one past its grace: stolen goods.
    case stale
    /// None that the store ever heard of, and not an earlier one by its `gen`.
    case unknown
}

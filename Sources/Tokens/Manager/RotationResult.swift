/// What the exchange of a refresh token gave.
public struct RotationResult: Sendable {
    /// How it came about.
    public enum Kind: Sendable, Equatable {
        /// This exchange made the session's newest generation.
        case rotated
        /// The token had been exchanged before and its grace lasts: the newest generation was given again.
        case repeatedInGrace
    }

    /// The session's newest tokens.
    public let tokens: IssuedTokens
    /// How they came about.
    public let kind: Kind
    /// The refresh token that was presented.
    public let presented: VerifiedToken
}

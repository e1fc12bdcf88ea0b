/// A change in the store that makes verdicts kept elsewhere unfit.
public enum StoreInvalidation: Sendable, Equatable {
    /// Everything kept must go: the connection that announces changes was lost, or the store cannot tell which.
    case everything
    /// One token was revoked, confirmed or replaced.
    case token(TokenReference)
    /// All tokens of a session.
    case session(String)
    /// An entry of the deny-list, by its ``DenialKey/storedName``.
    case denial(String)
}

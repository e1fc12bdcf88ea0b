/// What is known of a token without the store.
public enum LocalVerdict: Sendable {
    /// Everything but revocation is good.
    case valid(VerifiedToken)
    /// Everything but revocation is good, except that `exp` has passed: such a token tells which session may be
    /// refreshed.
    case expired(VerifiedToken)
}

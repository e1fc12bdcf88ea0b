/// What a store decided about a ``RotationRequest``, in one atomic step.
public enum RotationOutcome: Sendable, Equatable {
    /// The candidate became the session's newest generation.
    case rotated(SessionRecord)
    /// The token was exchanged before and its grace lasts: the newest generation stands as it was, to be given again.
    case repeated(SessionRecord)
    /// The token was exchanged before and its grace is over: it is stolen goods, and the session was ended.
    case reused(SessionRecord)
    /// The token was revoked by itself, or its session has ended.
    case revoked
}

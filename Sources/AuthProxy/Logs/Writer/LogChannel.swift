/// The kinds of lines. Each has a buffer of its own, so that none crowds out another.
enum LogChannel: Int, CaseIterable, Sendable {
    /// One line a request. Dropped, counted and told when they come faster than they can be written.
    case access
    /// One line for each event of a session's life. What does not fit or cannot be written goes to ``fallback``.
    case audit
    /// What the proxy says about itself. Dropped, counted and told.
    case diagnostic
    /// Audit lines that go to standard error because their own place does not take them.
    case fallback

    /// What its lines are called where some were dropped.
    var noun: StaticString {
        switch self {
        case .access: "access"
        case .audit, .fallback: "audit"
        case .diagnostic: "diagnostic"
        }
    }
}

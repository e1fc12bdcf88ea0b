/// What parsing the bytes so far came to; a refusal is an error.
public enum HeadProgress: Sendable {
    /// The head is not at its end yet, and nothing in it is wrong so far.
    case needMore
    /// The head is complete.
    case complete
}

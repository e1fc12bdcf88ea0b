/// How much of an answer's body is there.
public enum HTTP2BodySupply: Sendable, Equatable {
    /// So many bytes, and more come later.
    case bytes(Int)
    /// So many bytes, the last ones.
    case last(Int)
    /// So many bytes, the last ones before trailers, which were given to ``HTTP2Session/sendTrailers(_:_:in:)`` just now.
    case lastBeforeTrailers(Int)
    /// None until ``HTTP2Session/resume(_:)``.
    case none
}

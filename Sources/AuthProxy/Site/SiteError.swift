/// A configuration that is well-formed but cannot be served: a sentence for the operator.
public struct SiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String

    init(_ description: String) { self.description = description }
}

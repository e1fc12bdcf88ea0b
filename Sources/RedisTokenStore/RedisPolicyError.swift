/// A Redis that must not be used with the settings that it has.
public struct RedisPolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to do about it.
    public var reason: String

    public var description: String { reason }
}

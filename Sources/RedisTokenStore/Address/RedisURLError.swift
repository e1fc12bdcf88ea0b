/// A store URL that cannot be used. It never repeats the URL, which may hold a password.
public struct RedisURLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to write instead.
    public var reason: String

    init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}

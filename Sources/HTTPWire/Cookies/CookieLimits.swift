/// What a request's cookies may cost.
public struct CookieLimits: Sendable, Equatable {
    /// All Cookie field values together, in bytes (431).
    public var bytes: Int
    /// Their number (431).
    public var count: Int

    /// Describes limits.
    public init(bytes: Int = 16 * 1024, count: Int = 100) {
        self.bytes = bytes
        self.count = count
    }
}

/// Why a Redis of a test did not do as it was told.
public struct RedisServerError: Error, CustomStringConvertible {
    /// What failed, with what the server printed.
    public var reason: String

    public var description: String { reason }
}

/// What a store was told about its Redis.
struct RedisSettings: Sendable {
    var url: RedisURL
    /// How TLS is spoken; nil where it is not.
    var tls: RedisTLS?
    var keys: RedisKeys
    /// Deadline of one command, in milliseconds.
    var commandMilliseconds: Int64
    /// Whether changes of what was read are announced.
    var watches: Bool
    /// For how long a tracking connection may be silent until all that is watched counts as unfit, in milliseconds.
    var stalenessMilliseconds: Int64
    /// Sentences for the operator.
    var log: @Sendable (String) -> Void

    /// How long an attempt to connect and to sign in may take: as long as a command, within reason.
    var attemptMilliseconds: Int64 { min(max(commandMilliseconds, 50), 1000) }
}

/// The sentinels that know where a master is, and the name that they know it by.
struct SentinelGroup: Sendable, Equatable {
    var hosts: [RedisHost]
    /// The master's name in `SENTINEL MONITOR`.
    var service: String
    /// How to sign in to the sentinels themselves, which have users of their own.
    var user: String?
    var password: String?
}

internal import Tokens

/// What came of a ``RedisQuestion``.
struct RedisAnswer: Sendable {
    /// The reply, or why there is none.
    var result: Result<RedisReply, TokenStoreError>
    /// Whether a later change of the key that was read is announced.
    var isWatched = false
    /// Whether the question was asked twice, because the connection broke before its first answer came.
    var isRepeated = false

    /// The reply.
    func get() throws(TokenStoreError) -> RedisReply { try result.get() }
}

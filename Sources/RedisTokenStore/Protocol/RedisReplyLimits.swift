/// What a reply may measure. All of our own replies stay far below.
struct RedisReplyLimits: Sendable {
    /// Bytes of one bulk string; the largest we ask for is a session's claims.
    var stringBytes = 16 << 20
    /// Bytes of one line: a status, an error, a number.
    var lineBytes = 64 << 10
    /// Elements of one array; the largest we ask for are the sessions of one user.
    var elements = 1 << 18
    /// How deep arrays nest; hiredis' own stack has nine places.
    var depth = 4
    /// Bytes of a whole reply.
    var replyBytes = 64 << 20
}

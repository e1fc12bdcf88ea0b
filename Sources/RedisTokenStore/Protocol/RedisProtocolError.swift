/// A reply that breaks the protocol or a limit; the connection it came on cannot be used any more.
enum RedisProtocolError: Error, Equatable {
    /// Not a type of RESP2.
    case unknownType(UInt8)
    /// A length or an integer that is not one, or out of range.
    case number
    /// A line without its end, or not ended by CR LF.
    case line
    /// A string longer than ``RedisReplyLimits/stringBytes``.
    case stringTooLong
    /// An array with more than ``RedisReplyLimits/elements`` elements.
    case arrayTooLong
    /// Arrays nested deeper than ``RedisReplyLimits/depth``.
    case tooDeep
    /// A reply of more than ``RedisReplyLimits/replyBytes`` bytes.
    case replyTooLong
    /// hiredis refused what passed these checks.
    case refused
}

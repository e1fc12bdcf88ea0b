internal import CHiredis

/// Replies out of the bytes of a connection: hiredis' `redisReader` behind a ``RedisReplyGuard``. It owns the C object
/// and lives on its connection's thread.
///
/// Safe: the object is valid from `init` to `deinit` and never leaves this class.
@safe
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private var guardian: RedisReplyGuard

    init?(_ limits: RedisReplyLimits = RedisReplyLimits()) {
        guard let reader = unsafe redisReaderCreate() else { return nil }
        unsafe self.reader = reader
        guardian = RedisReplyGuard(limits)
    }

    deinit { unsafe redisReaderFree(reader) }

    /// Takes bytes as they came; after an error the reader is of no use any more.
    func feed(_ bytes: Span<UInt8>) throws(RedisProtocolError) {
        try guardian.inspect(bytes)
        let code = unsafe bytes.withUnsafeBytes { buffer in
            unsafe redisReaderFeed(reader, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        guard code == REDIS_OK else { throw .refused }
    }

    /// The next whole reply; nil when more bytes are needed.
    func next() throws(RedisProtocolError) -> RedisReply? {
        var object: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw .refused }
        guard let object = unsafe object else { return nil }
        defer { unsafe freeReplyObject(object) }
        return unsafe Self.reply(object.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private static func reply(_ object: redisReply) -> RedisReply? {
        switch unsafe object.type {
        case REDIS_REPLY_STATUS: return unsafe .status(text(object))
        case REDIS_REPLY_ERROR: return unsafe .error(text(object))
        case REDIS_REPLY_STRING: return unsafe .string(text(object))
        case REDIS_REPLY_INTEGER: return unsafe .integer(object.integer)
        case REDIS_REPLY_NIL: return .null
        case REDIS_REPLY_ARRAY:
            // The guard has bounded both the number of elements and the depth of this recursion.
            var elements: [RedisReply] = []
            unsafe elements.reserveCapacity(Int(object.elements))
            for index in 0..<Int(unsafe object.elements) {
                guard let element = unsafe object.element[index], let reply = unsafe reply(element.pointee) else {
                    return nil
                }
                elements.append(reply)
            }
            return .array(elements)
        default: return nil
        }
    }

    private static func text(_ object: redisReply) -> String {
        guard let bytes = unsafe object.str else { return "" }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: bytes, count: Int(object.len)), as: UTF8.self)
    }
}

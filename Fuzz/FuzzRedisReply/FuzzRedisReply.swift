import Tokens

@testable import RedisTokenStore

/// Fuzzes what a hostile Redis may send: the guarded reader, and all that looks at replies after it. Beyond "no trap":
/// the stream means the same however it is cut, and whatever passes our own guard is a reply to hiredis as well.
@c(LLVMFuzzerTestOneInput)
public func fuzzRedisReply(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    let whole = read(input, pieces: count)
    let single = read(input, pieces: 1)
    let halves = read(input, pieces: max(count / 2, 1))
    precondition(whole.error == single.error && whole.error == halves.error)
    precondition(whole.error != .refused)
    // A piece with an error is not looked into, so that more may have been read of smaller ones.
    if whole.error == nil { precondition(whole.replies == single.replies && whole.replies == halves.replies) }
    for reply in single.replies { look(at: reply) }
    return 0
}

private func read(_ input: Span<UInt8>, pieces size: Int) -> (replies: [RedisReply], error: RedisProtocolError?) {
    let limits = RedisReplyLimits(stringBytes: 4096, lineBytes: 256, elements: 64, depth: 4, replyBytes: 16_384)
    guard let reader = RedisReplyReader(limits) else { return ([], nil) }
    var replies: [RedisReply] = []
    var start = 0
    do throws(RedisProtocolError) {
        while start < input.count {
            let end = min(start + size, input.count)
            try reader.feed(input.extracting(start..<end))
            while let reply = try reader.next() { replies.append(reply) }
            start = end
        }
    } catch {
        return (replies, error)
    }
    return (replies, nil)
}

/// All that is made of replies: none of it may trap.
private func look(at reply: RedisReply) {
    let host = RedisHost(name: "127.0.0.1", port: 6379)
    if let map = ClusterMap(reply, from: host) {
        for slot in 0..<HashSlot.count { _ = map.master(of: slot) }
    }
    if let text = reply.text {
        _ = StoredVerdict(text)
        _ = HashSlot.of(text)
        let keys = RedisKeys(prefix: "jwt:")
        // A key that names a token is the key of that token, but for the spelling of its escapes.
        if let token = keys.token(ofKey: text) { precondition(keys.token(ofKey: keys.token(token)) == token) }
    }
    if let fields = reply.fields { _ = SessionRecord("s", fields: fields) }
    if case .error(let message) = reply {
        _ = RedisRedirect(message, from: host)
        _ = TokenStoreError(redis: message)
    }
}

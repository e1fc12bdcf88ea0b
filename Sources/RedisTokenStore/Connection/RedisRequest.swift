internal import Tokens

/// A question on its way, until its answer has come or it has failed. It lives on its connection's loop.
final class RedisRequest {
    /// Who waits for the answer.
    enum Receiver {
        /// A caller; gets error replies as ``Tokens/TokenStoreError``.
        case caller(CheckedContinuation<RedisAnswer, Never>)
        /// One of several questions of a caller.
        case part(RedisBatch, index: Int)
        /// A caller that waits for the answers of several servers.
        case callback((RedisAnswer) -> Void)
        /// The connection's own business, forgotten when that ends; gets error replies as they came.
        case handler((Result<RedisReply, TokenStoreError>) -> Void)
    }

    let question: RedisQuestion
    private let receiver: Receiver
    /// When it was asked, in milliseconds of the monotonic clock.
    let askedAt: Int64
    /// Whether it was asked again, on a second connection.
    var isRepeated = false
    /// Whether a script goes as text, because Redis does not know it by its digest.
    var usesText = false
    /// Whether the node of a cluster that it goes to must be told that we know what it is about (`ASKING`).
    var isAsking = false
    /// How often it was sent on to another node.
    var redirects = 0
    /// Under which proof of tracking it was sent; see ``RedisWatch``.
    var epoch = 0
    /// Whether the key was changed while the question was under way.
    var isUnfit = false

    init(_ question: RedisQuestion, at now: Int64, _ receiver: Receiver) {
        self.question = question
        self.receiver = receiver
        askedAt = now
    }

    /// Whether a reply is the connection's own business, errors included.
    var isInternal: Bool {
        if case .handler = receiver { true } else { false }
    }

    func fail(_ error: TokenStoreError) { answer(RedisAnswer(result: .failure(error))) }

    /// Gives the answer to whoever waits for it; called once.
    func answer(_ answer: RedisAnswer) {
        switch receiver {
        case .caller(let continuation): continuation.resume(returning: answer)
        case .part(let batch, let index): batch.take(answer, at: index)
        case .callback(let callback): callback(answer)
        case .handler(let handler): handler(answer.result)
        }
    }
}

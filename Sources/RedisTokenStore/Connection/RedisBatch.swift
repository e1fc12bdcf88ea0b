/// Several questions of one caller, asked in one write; the caller goes on when all are answered. It lives on the loop.
final class RedisBatch {
    private var answers: [RedisAnswer?]
    private var missing: Int
    private let continuation: CheckedContinuation<[RedisAnswer], Never>

    /// A batch of at least one question.
    init(count: Int, _ continuation: CheckedContinuation<[RedisAnswer], Never>) {
        answers = Array(repeating: nil, count: count)
        missing = count
        self.continuation = continuation
    }

    /// Takes one answer; each index has one.
    func take(_ answer: RedisAnswer, at index: Int) {
        answers[index] = answer
        missing -= 1
        if missing == 0 { continuation.resume(returning: answers.compactMap { $0 }) }
    }
}

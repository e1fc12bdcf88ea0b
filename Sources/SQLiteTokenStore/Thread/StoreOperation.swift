internal import Tokens

/// Something that a caller waits for, without the type of its answer.
///
/// Unchecked: one is made by its caller, handed to one thread through an ``OperationQueue``, and touched by that
/// thread alone from then on.
class StoreOperation: @unchecked Sendable {
    /// When its caller has waited long enough.
    let deadline: MonotonicTime
    /// What it changed, once it was run.
    fileprivate(set) var invalidations: [StoreInvalidation] = []

    fileprivate init(deadline: MonotonicTime) { self.deadline = deadline }

    /// Does the work, within the transaction that is open on the connection. It may be run again when the
    /// transaction was lost; the last run counts.
    func run(on connection: SQLiteConnection) throws(SQLiteError) {}

    /// Answers the caller with what the last run gave.
    func succeed() {}

    /// Answers the caller with a failure.
    func fail(_ error: TokenStoreError) {}

    /// Whether its caller's time is over at a given moment.
    func isLate(at time: MonotonicTime) -> Bool { deadline <= time }
}

/// A ``StoreOperation`` with its work and the continuation of its caller, which is resumed exactly once: by
/// ``succeed()`` or by ``fail(_:)``.
final class PendingOperation<Value: Sendable>: StoreOperation, @unchecked Sendable {
    typealias Work = @Sendable (SQLiteConnection, inout [StoreInvalidation]) throws(SQLiteError) -> Value
    typealias Answer = CheckedContinuation<Result<Value, TokenStoreError>, Never>

    private let work: Work
    private let answer: Answer
    private var value: Value?

    init(deadline: MonotonicTime, answer: Answer, work: @escaping Work) {
        self.work = work
        self.answer = answer
        super.init(deadline: deadline)
    }

    override func run(on connection: SQLiteConnection) throws(SQLiteError) {
        var changes: [StoreInvalidation] = []
        value = try work(connection, &changes)
        invalidations = changes
    }

    override func succeed() {
        guard let value else { return fail(TokenStoreError(.unreachable, "the operation was not run")) }
        answer.resume(returning: .success(value))
    }

    override func fail(_ error: TokenStoreError) { answer.resume(returning: .failure(error)) }
}

/// A checkpoint: nobody waits for it, and one that fails is asked for again after the next commit.
final class CheckpointOperation: StoreOperation, @unchecked Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) {
        self.end = end
        super.init(deadline: MonotonicTime(nanoseconds: .max))
    }

    override func run(on connection: SQLiteConnection) throws(SQLiteError) { try connection.checkpoint() }

    override func succeed() { end() }

    override func fail(_ error: TokenStoreError) { end() }
}

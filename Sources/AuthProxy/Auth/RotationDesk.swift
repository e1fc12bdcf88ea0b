internal import Tokens

/// Lets requests of one loop that bring the same refresh token wait for one rotation. Across loops and
/// machines the store decides. It belongs to one loop.
final class RotationDesk {
    /// What a rotation came to, for all who waited.
    typealias Outcome = Result<RotationResult, TokenError>

    private var waiting: [RotationKey: [CheckedContinuation<Outcome?, Never>]] = [:]

    /// Rotates, or waits for the rotation that is under way.
    ///
    /// - Returns: the outcome, and whether this call was the one that asked for it.
    func rotate(_ key: RotationKey, _ ask: () async -> Outcome) async -> (outcome: Outcome, isFirst: Bool) {
        while waiting[key] != nil {
            if let outcome = await result(of: key) { return (outcome, false) }
        }
        waiting[key] = []
        let outcome = await ask()
        for continuation in waiting.removeValue(forKey: key) ?? [] { continuation.resume(returning: outcome) }
        return (outcome, true)
    }

    /// Waits for a rotation under way; nil if it has ended meanwhile.
    ///
    /// A call of an async function may give the thread to other jobs of the loop before it begins, so that what was
    /// found before the call is looked at again: who joined a rotation that has ended would wait for ever, and all who
    /// bring this token after him.
    private func result(of key: RotationKey) async -> Outcome? {
        await withCheckedContinuation { continuation in
            guard waiting[key] != nil else { return continuation.resume(returning: nil) }
            waiting[key, default: []].append(continuation)
        }
    }
}

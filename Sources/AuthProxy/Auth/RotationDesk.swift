internal import Tokens

/// Lets requests of one loop that bring the same refresh token wait for one rotation. Across loops and
/// machines the store decides. It belongs to one loop.
final class RotationDesk {
    /// What a rotation came to, for all who waited.
    typealias Outcome = Result<RotationResult, TokenError>

    private var waiting: [RotationKey: [CheckedContinuation<Outcome, Never>]] = [:]

    /// Rotates, or waits for the rotation that is under way.
    ///
    /// - Returns: the outcome, and whether this call was the one that asked for it.
    func rotate(_ key: RotationKey, _ ask: () async -> Outcome) async -> (outcome: Outcome, isFirst: Bool) {
        if waiting[key] != nil {
            let outcome = await withCheckedContinuation { waiting[key, default: []].append($0) }
            return (outcome, false)
        }
        waiting[key] = []
        let outcome = await ask()
        for continuation in waiting.removeValue(forKey: key) ?? [] { continuation.resume(returning: outcome) }
        return (outcome, true)
    }
}

internal import Logging
internal import Synchronization
internal import Tokens

/// Removes what has expired, now and then, from a store that does not forget by itself. It runs beside the loops, in
/// small steps, and ends when the store is closed.
final class CleanupSchedule: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    deinit { task.withLock { $0?.cancel() } }

    /// Follows a manager's store from now on, instead of the one before.
    ///
    /// - Parameter interval: the time between two rounds.
    func follow(_ manager: JWTManager, every interval: Duration, _ logger: Logger) {
        let next = Task.detached(priority: .utility) { await Self.run(manager, interval, logger) }
        let previous = task.withLock { task in
            defer { task = next }
            return task
        }
        previous?.cancel()
    }

    private static func run(_ manager: JWTManager, _ interval: Duration, _ logger: Logger) async {
        while true {
            // The only failure is that the schedule was cancelled.
            do { try await Task.sleep(for: interval) } catch { return }
            do throws(TokenError) {
                let count = try await manager.cleanupExpiredTokens()
                if count > 0 { logger.debug("removed what has expired", metadata: ["entries": "\(count)"]) }
            } catch {
                if case .store(let failure) = error, failure.kind == .closed { return }
                logger.warning("what has expired could not be removed; the next round tries again: \(error)")
            }
        }
    }
}

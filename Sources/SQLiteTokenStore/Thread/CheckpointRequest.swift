internal import Synchronization
internal import Tokens

/// Asks the checkpoint thread, at most once at a time, to copy the write-ahead log into the database file.
final class CheckpointRequest: Sendable {
    private let isUnderWay = Atomic(false)
    private let queue: OperationQueue

    init(_ queue: OperationQueue) { self.queue = queue }

    /// Asks, unless it is being done already.
    func make() {
        let (mine, _) = isUnderWay.compareExchange(
            expected: false, desired: true, ordering: .acquiringAndReleasing)
        if mine { queue.append(CheckpointOperation { [self] in isUnderWay.store(false, ordering: .releasing) }) }
    }
}

internal import Synchronization

/// Whether the last write failed, so that only another one can tell if the disk is well again.
final class WriteDoubt: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool {
        get { raised.load(ordering: .acquiring) }
        set { raised.store(newValue, ordering: .releasing) }
    }
}

/// How much memory a group of buffers holds, and when that is too much. It belongs to one loop, as its buffers do.
public final class BufferAccount {
    /// What they hold now.
    public private(set) var bytes = 0
    /// What they may hold.
    public var limit = Int.max
    /// Called within a buffer's growth, each time that they hold more than they may.
    public var onExcess: (() -> Void)?

    /// An account of no buffers.
    public init() {}

    func add(_ count: Int) {
        bytes += count
        if count > 0, bytes > limit { onExcess?() }
    }
}

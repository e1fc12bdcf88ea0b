internal import HTTPWire

/// Spare buffers of one loop: a connection takes one only while it has bytes waiting.
final class BufferPool {
    /// What a spare buffer holds at most.
    static let capacity = 16 * 1024
    private static let most = 64
    private var spare: [OutputBuffer] = []
    private let account: BufferAccount

    /// - Parameter account: where the buffers are counted.
    init(_ account: BufferAccount) { self.account = account }

    /// An empty buffer.
    func take() -> OutputBuffer {
        spare.popLast() ?? OutputBuffer(capacity: Self.capacity, retainedCapacity: 2 * Self.capacity, account: account)
    }

    /// Gives a buffer back; its bytes are forgotten.
    func give(_ buffer: OutputBuffer) {
        buffer.removeAll()
        if spare.count < Self.most { spare.append(buffer) }
    }

    /// Lets all spare ones go: their memory is needed.
    func removeAll() { spare.removeAll() }
}

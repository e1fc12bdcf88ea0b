internal import HTTPWire

/// Spare buffers of one loop: a connection takes one only while it has bytes waiting.
final class BufferPool {
    /// What a spare buffer holds at most.
    static let capacity = 16 * 1024
    private static let most = 64
    private var spare: [OutputBuffer] = []

    /// An empty buffer.
    func take() -> OutputBuffer {
        spare.popLast() ?? OutputBuffer(capacity: Self.capacity, retainedCapacity: 2 * Self.capacity)
    }

    /// Gives a buffer back; its bytes are forgotten.
    func give(_ buffer: OutputBuffer) {
        buffer.removeAll()
        if spare.count < Self.most { spare.append(buffer) }
    }
}

/// Reads a body of ``BytePattern`` in small steps and checks every byte.
public struct SlowReader {
    private let reader: WireReader
    /// How many bytes were read.
    public private(set) var received = 0

    /// Reads from where the reader stands: behind a head.
    public init(_ reader: WireReader) { self.reader = reader }

    /// Reads so many more bytes; false if one is not what it should be.
    public mutating func read(_ count: Int, step: Int = 16384) throws(SocketFailure) -> Bool {
        var left = count
        while left > 0 {
            let bytes = try reader.some(atMost: min(step, left))
            if bytes.isEmpty { throw .ended(within: "a body, after \(received) bytes") }
            guard BytePattern.matches(bytes, at: received) else { return false }
            received += bytes.count
            left -= bytes.count
        }
        return true
    }
}

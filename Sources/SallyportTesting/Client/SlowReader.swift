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

    /// Reads the next chunk (RFC 9112 §7.1), whose bytes have to be what they should be; false for the last one, which
    /// no trailer may follow.
    public mutating func readChunk(step: Int = 65536) throws(SocketFailure) -> Bool {
        let size = try reader.chunkSize()
        if size == 0 {
            guard try reader.line() == [] else { throw .malformed("no empty line after the last chunk") }
            return false
        }
        guard try read(size, step: step) else { throw .malformed("a byte before position \(received + size)") }
        guard try reader.bytes(2) == [0x0D, 0x0A] else { throw .malformed("no CRLF after a chunk") }
        return true
    }
}

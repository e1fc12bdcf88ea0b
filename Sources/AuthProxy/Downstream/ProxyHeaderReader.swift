internal import EventIO
internal import HTTPWire

/// Reads the header of the PROXY protocol from a connection, and not a byte more: what follows belongs to TLS or HTTP.
///
/// It belongs to its connection, and lives until the header is complete.
final class ProxyHeaderReader {
    /// What an attempt to read came to.
    enum Outcome {
        /// More has to come.
        case wait
        /// The header is complete, and taken from the socket.
        case complete(ProxyHeader.Source)
        /// The connection has to end.
        case refused(ProxyHeaderCounter)
        /// The peer ended the connection before it said anything, as health checks of balancers do.
        case ended
    }

    /// What has come so far, at most ``ProxyHeader/longest`` bytes.
    private var bytes: [UInt8] = []

    /// Reads what is there.
    func read(from stream: SocketStream) -> Outcome {
        let scratch = unsafe UnsafeMutableRawBufferPointer(rebasing: stream.loop.scratch[..<ProxyHeader.longest])
        let count: Int
        switch unsafe stream.peek(into: scratch) {
        case .bytes(let some): count = some
        case .wouldBlock: return .wait
        case .end, .failed: return bytes.isEmpty ? .ended : .refused(.cutOff)
        }
        let known = bytes.count
        // As many bytes as were peeked at; what was read before is shorter than a header.
        unsafe bytes.append(contentsOf: scratch[..<count])
        let head = bytes
        do throws(ProxyHeaderError) {
            // A span of UInt8 has no padding.
            switch try unsafe ProxyHeader.parse(head.span.bytes) {
            case .needMore:
                return unsafe take(count, from: stream, scratch) ? .wait : .refused(.cutOff)
            case .complete(let header):
                return unsafe take(header.length - known, from: stream, scratch)
                    ? .complete(header.source) : .refused(.cutOff)
            }
        } catch {
            return .refused(ProxyHeaderCounter(error))
        }
    }

    /// Takes bytes from the socket that are known to be there.
    private func take(_ count: Int, from stream: SocketStream, _ scratch: UnsafeMutableRawBufferPointer) -> Bool {
        // No more than were peeked at.
        unsafe stream.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<count])) == .bytes(count)
    }
}

internal import Synchronization

/// Pushes a body of ``BytePattern`` into a connection from a thread of its own, as fast as the peer takes it, and
/// counts what was taken. Safe to share: its state is atomic.
public final class Feeder: Sendable {
    private let count = Atomic(0)
    private let failed = Atomic(false)
    private let finished = Atomic(false)

    /// Starts pushing.
    ///
    /// - Parameters:
    ///   - total: the size of the body in bytes.
    ///   - isChunked: whether it goes in chunks (RFC 9112 §7.1).
    ///   - patience: how long the peer may take nothing.
    public init(_ socket: Socket, total: Int, isChunked: Bool = false, patience: Duration = .seconds(60)) {
        startThread { [self] in
            do throws(SocketFailure) {
                if isChunked {
                    try runInChunks(socket, total: total, patience: patience)
                } else {
                    try run(socket, total: total, patience: patience)
                }
            } catch {
                failed.store(true, ordering: .sequentiallyConsistent)
            }
            finished.store(true, ordering: .sequentiallyConsistent)
        }
    }

    /// How many bytes the kernel took so far.
    public var sent: Int { count.load(ordering: .sequentiallyConsistent) }
    /// Whether the peer closed, or took nothing for too long.
    public var hasFailed: Bool { failed.load(ordering: .sequentiallyConsistent) }
    /// Whether it has stopped.
    public var hasFinished: Bool { finished.load(ordering: .sequentiallyConsistent) }

    /// Waits until the peer took nothing for a while; how many bytes it had taken by then.
    public func sentWhenStalled(for quiet: Duration = .milliseconds(400), _ deadline: Deadline = .soon) -> Int {
        var last = sent
        var since = ContinuousClock.now
        _ = waitUntil(deadline) {
            if sent != last { (last, since) = (sent, .now) }
            return hasFinished || ContinuousClock.now - since > quiet
        }
        return last
    }

    private func run(_ socket: Socket, total: Int, patience: Duration) throws(SocketFailure) {
        var position = 0
        while position < total {
            let taken = try socket.sendSome(BytePattern.bytes(at: position, count: min(total - position, 65_521)))
            if taken == 0 { try socket.waitForRoom(Deadline(in: patience)) }
            position += taken
            count.store(position, ordering: .sequentiallyConsistent)
        }
    }

    private func runInChunks(_ socket: Socket, total: Int, patience: Duration) throws(SocketFailure) {
        var position = 0
        while position < total {
            let data = BytePattern.bytes(at: position, count: min(total - position, 65_521))
            let chunk = Array("\(String(data.count, radix: 16))\r\n".utf8) + data + [0x0D, 0x0A]
            try socket.send(chunk, deadline: Deadline(in: patience))
            position += data.count
            count.store(position, ordering: .sequentiallyConsistent)
        }
        try socket.send(Array("0\r\n\r\n".utf8), deadline: Deadline(in: patience))
    }
}

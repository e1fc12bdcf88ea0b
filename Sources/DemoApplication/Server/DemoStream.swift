import EventIO
import HTTPWire

/// A socket of the demo application on its loop: reads for a ``DemoConnection`` and writes what it answers.
final class DemoStream: SocketStream {
    private var connection: DemoConnection
    private let output = OutputBuffer()
    private let ended: (DemoStream) -> Void
    /// Whether the socket closes once everything is written.
    private var isEnding = false

    /// Without a byte for so long, a connection is closed. The gate closes its idle ones earlier.
    private static let idleMilliseconds: Int64 = 3_600_000

    /// Takes over an accepted socket; `ended` is called once, when the stream is closed.
    init(loop: EventLoop, descriptor: CInt, site: DemoSite, ended: @escaping (DemoStream) -> Void) {
        connection = DemoConnection(site: site)
        self.ended = ended
        super.init(loop: loop, descriptor: descriptor)
    }

    /// Begins to read.
    func start() {
        register()
        loop.setDeadline(of: self, afterMilliseconds: Self.idleMilliseconds)
        startReading()
    }

    /// Closes the socket at once.
    func end() {
        close()
        ended(self)
    }

    override func readable() {
        switch unsafe receive(into: loop.scratch) {
        case .bytes(let count):
            loop.setDeadline(of: self, afterMilliseconds: Self.idleMilliseconds)
            // The scratch memory holds at least what was read, and is not touched before the call returns.
            follow(unsafe connection.receive(UnsafeRawBufferPointer(rebasing: loop.scratch[..<count]), to: output))
        case .wouldBlock: break
        case .end, .failed: end()
        }
    }

    override func writable() {
        guard flush(), !isEnding else { return }
        follow(connection.advance(output))
    }

    override func deadlineReached() { end() }

    private func follow(_ step: DemoConnection.Step) {
        var step = step
        isEnding = step == .close
        while flush() {
            switch step {
            case .needInput: return startReading()
            case .close: return
            case .needDrain:
                step = connection.advance(output)
                isEnding = step == .close
            }
        }
    }

    /// Writes what waits.
    ///
    /// - Returns: whether all of it is written and the stream is still open; if not, the peer has to read first.
    private func flush() -> Bool {
        // The buffer is not touched while its bytes are lent.
        switch unsafe output.withUnsafeBytes({ unsafe send($0) }) {
        case .failed:
            end()
            return false
        case .bytes(let count): output.consume(first: count)
        }
        guard output.isEmpty else {
            stopReading()
            startWriting()
            return false
        }
        stopWriting()
        if isEnding {
            end()
            return false
        }
        return true
    }
}

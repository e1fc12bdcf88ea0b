internal import EventIO
internal import HTTPWire

/// A connection of somebody who watches: one request, one answer, and the end. It belongs to its loop.
final class AdminConnection: SocketStream {
    private enum Phase { case reading, answering, writing, lingering }

    private let pages: AdminPages
    private let ended: (AdminConnection) -> Void
    private var phase = Phase.reading
    private var input: [UInt8] = []
    private let output = OutputBuffer(capacity: 16 * 1024)

    /// From accepting to the end of the answer.
    private static let milliseconds: Int64 = 10_000
    /// For how long a connection whose answer is out is read from, so that the peer gets to read it.
    private static let lingerMilliseconds: Int64 = 1000
    private static let limits = HeadLimits(headBytes: 16 * 1024, fields: 64, lineBytes: 8 * 1024, targetBytes: 2048)

    /// Takes over an accepted socket; `ended` is called once, when it is closed.
    init(loop: EventLoop, descriptor: CInt, pages: AdminPages, ended: @escaping (AdminConnection) -> Void) {
        self.pages = pages
        self.ended = ended
        super.init(loop: loop, descriptor: descriptor)
    }

    /// Begins to read.
    func start() {
        register()
        loop.setDeadline(of: self, afterMilliseconds: Self.milliseconds)
        startReading()
    }

    /// Closes the socket at once.
    func end() {
        guard descriptor >= 0 else { return }
        close()
        ended(self)
    }

    override func readable() {
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .bytes(let count):
            guard phase == .reading else { return }
            // The first `count` bytes of the loop's buffer were written just now.
            unsafe input.append(contentsOf: scratch[..<count])
            readHead()
        case .wouldBlock: break
        case .end where phase == .answering || phase == .writing:
            // Who has said everything still wants the answer.
            stopReading()
        case .end, .failed: end()
        }
    }

    override func writable() { flush() }

    override func deadlineReached() { end() }

    private func readHead() {
        var head = RequestHead()
        let bytes = input
        do throws(HTTPParseError) {
            // A span of UInt8 has no padding.
            guard case .complete = try RequestHeadParser.parse(bytes.span, limits: Self.limits, into: &head) else {
                return
            }
            let request = try unsafe AdminRequest(head, in: bytes.span.bytes)
            answer(request)
        } catch {
            write(.text(error.status, error.sentence), isHead: false)
        }
    }

    private func answer(_ request: AdminRequest) {
        phase = .answering
        let box = LoopBound((connection: self, pages: pages), to: loop)
        loop.startTask {
            let answer = await box.value.pages.answer(request)
            box.value.connection.write(answer, isHead: request.method == "HEAD")
        }
    }

    private func write(_ answer: AdminAnswer, isHead: Bool) {
        guard descriptor >= 0, phase == .reading || phase == .answering else { return }
        phase = .writing
        answer.write(to: output, isHead: isHead)
        flush()
    }

    private func flush() {
        // The buffer is not touched while its bytes are lent.
        guard case .bytes(let count) = unsafe output.withUnsafeBytes({ unsafe send($0) }) else { return end() }
        output.consume(first: count)
        guard output.isEmpty else { return startWriting() }
        stopWriting()
        phase = .lingering
        endSending()
        loop.setDeadline(of: self, afterMilliseconds: Self.lingerMilliseconds)
    }
}

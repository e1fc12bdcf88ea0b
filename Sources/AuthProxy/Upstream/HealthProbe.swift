internal import EventIO
internal import HTTPWire

/// One question of a health check: a connection of its own, a request, the status of the answer. It belongs to its loop.
final class HealthProbe: SocketStream {
    private let question: [UInt8]
    private let tls: UpstreamTLS?
    private var place: UpstreamPlace?
    private var sent = 0
    private var isConnected = false
    private let answer = OutputBuffer(capacity: 512)
    /// Told once what came of it; nil afterwards.
    private var completion: ((Outcome) -> Void)?

    /// What a question came to.
    enum Outcome {
        case good
        /// With the reason.
        case bad(String)
        /// It was not asked, since we had no descriptor or no memory: that says nothing about the endpoint.
        case unasked
    }

    private static let limits = HeadLimits(headBytes: 16 * 1024, fields: 200, lineBytes: 8 * 1024, targetBytes: 1024)

    init(
        _ question: [UInt8], tls: UpstreamTLS?, on loop: EventLoop, _ completion: @escaping (Outcome) -> Void
    ) {
        self.question = question
        self.tls = tls
        self.completion = completion
        super.init(loop: loop, descriptor: -1)
    }

    func dial(_ place: UpstreamPlace, timeoutMilliseconds: Int64) {
        self.place = place
        do throws(IOError) {
            if try connect(to: place.address) { connected() }
            if completion != nil { loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds) }
        } catch {
            // Whoever asks has not taken hold of this object yet.
            loop.atTurnEnd { [self] in finish(error.isExhaustion ? .unasked : .bad("\(error)")) }
        }
    }

    /// Closes it without a word.
    func abandon() {
        completion = nil
        close()
    }

    private func connected() {
        stopWriting()
        guard let tls, let place else { return established() }
        // The question's own deadline is the earlier one.
        beginTLS(tls.context, serverName: tls.serverName(at: place), timeoutMilliseconds: 3_600_000)
    }

    override func tlsEstablished() { established() }

    override func tlsFailed(_ error: TLSError) {
        // As above.
        loop.atTurnEnd { [self] in finish(error.reason) }
    }

    private func established() {
        isConnected = true
        startReading()
        flush()
    }

    private func flush() {
        let result = unsafe question.withUnsafeBytes { bytes in
            // `sent` stays below the number of bytes.
            unsafe send(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        }
        guard case .bytes(let count) = result else {
            return loop.atTurnEnd { [self] in finish("the connection broke") }
        }
        sent += count
        if sent < question.count { startWriting() } else { stopWriting() }
    }

    override func writable() {
        if isConnected { return flush() }
        if let error = connectError { finish("\(error)") } else { connected() }
    }

    override func readable() {
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .wouldBlock: break
        case .end, .failed: finish(tlsRefusal?.reason ?? "the connection ended without an answer")
        case .bytes(let count):
            // The first `count` bytes of the loop's buffer were written just now.
            let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            answer.append(bytes)
            judge()
        }
    }

    private func judge() {
        var head = ResponseHead()
        let answer = answer
        do throws(HTTPParseError) {
            while true {
                // The buffer does not change while its bytes are parsed.
                let progress = try unsafe ResponseHeadParser.parse(
                    answer.bytes, requestMethod: .get, limits: Self.limits, into: &head)
                guard case .complete = progress else { return }
                guard head.isInterim else { break }
                answer.consume(first: head.headLength)
            }
        } catch {
            return finish("the answer is malformed")
        }
        finish(200...399 ~= head.status ? nil : "the answer is \(head.status)")
    }

    override func deadlineReached() { finish("no answer in time") }

    private func finish(_ failure: String?) {
        finish(failure.map { Outcome.bad($0) } ?? Outcome.good)
    }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        abandon()
        completion?(outcome)
    }
}

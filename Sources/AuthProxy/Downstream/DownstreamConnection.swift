internal import EventIO
internal import HTTPWire

/// A client's connection: reads heads, has an ``Exchange`` serve each request in turn, and writes what the client takes.
///
/// It belongs to its loop. Idle, it owns neither a buffer nor an exchange.
final class DownstreamConnection: SocketStream {
    private enum Phase: UInt8 {
        /// Nothing of a request has come yet.
        case idle
        /// A part of a head has come.
        case readingHead
        /// An exchange serves a request, and decides what is read.
        case exchanging
        /// The last answer is out; what still comes is thrown away, so that the client sees the answer and no reset.
        case lingering
    }

    let worker: Worker
    /// The client's address; loopback for a Unix socket.
    let peer: IPAddress
    /// The client's address where the limit on its connections counts this one; nil where it does not.
    let countedAddress: IPAddress?
    /// Where it lies in the worker's list.
    var index = 0
    private var phase = Phase.idle
    private var isProcessing = false
    /// Whether the input buffer is being taken from: what is taken is still in there.
    private var isLending = false
    private(set) var peerHasEnded = false
    private var closesWhenFlushed = false
    /// Requests so far.
    private var requests: Int32 = 0
    private var exchange: Exchange?
    /// What was read and not taken: a part of a head, or requests behind the one that is served.
    private var input: OutputBuffer?
    /// What the client has not taken yet.
    private var output: OutputBuffer?

    /// How much of further requests is read while one is served.
    private static let readAheadBytes = 32 * 1024
    /// For how long a closed connection is read from, so that the client gets to read its answer.
    private static let lingerMilliseconds: Int64 = 2000
    /// How long a connection that has sent nothing yet lives on while the proxy drains.
    private static let drainMilliseconds: Int64 = 500

    init(worker: Worker, descriptor: CInt, peer: IPAddress, countedAddress: IPAddress?) {
        self.worker = worker
        self.peer = peer
        self.countedAddress = countedAddress
        super.init(loop: worker.loop, descriptor: descriptor)
    }

    /// Begins to serve.
    func begin() {
        register()
        startReading()
        setDeadline(worker.times.head)
    }

    /// Whether no request is being served and none has begun.
    var isIdle: Bool { phase == .idle }

    /// Whether bytes wait for the client.
    var hasOutput: Bool { output != nil }

    /// How many bytes wait for the client.
    var outputCount: Int { output?.count ?? 0 }

    private func setDeadline(_ milliseconds: Int64) { loop.setDeadline(of: self, afterMilliseconds: milliseconds) }

    /// Ends the wait for something of the client; bytes that it has to take keep their time.
    func suspendWait() {
        if output == nil { suspendDeadline() } else { setDeadline(worker.times.bodyIdle) }
    }

    // MARK: Reading

    override func readable() {
        switch phase {
        case .idle, .readingHead: readHead()
        case .exchanging: exchange?.downstreamReadable()
        case .lingering: discardInput()
        }
    }

    private func readHead() {
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .bytes(let count):
            let received = unsafe UnsafeRawBufferPointer(rebasing: scratch[..<count])
            if let input {
                let previous = input.count
                unsafe input.append(received)
                let limits = worker.site.requestLimits
                if unsafe RequestHeadParser.mayProgress(input.bytes, from: previous, limits: limits) { processInput() }
            } else {
                // The scratch buffer is good until the next read, and nothing reads while its bytes are processed.
                let bytes = unsafe RawSpan(_unsafeBytes: received)
                let consumed = process(bytes)
                if consumed < count, descriptor >= 0, phase != .lingering { keep(bytes, from: consumed) }
            }
        case .wouldBlock: break
        case .end, .failed: end()
        }
    }

    /// Keeps bytes that nobody has taken.
    func keep(_ bytes: RawSpan, from offset: Int) {
        let buffer = input ?? worker.buffers.take()
        input = buffer
        buffer.append(ByteRange(offset, bytes.byteCount), of: bytes)
    }

    /// Takes requests out of bytes that begin with one.
    ///
    /// - Returns: how many bytes were taken; the rest is for later.
    private func process(_ bytes: RawSpan) -> Int {
        var consumed = 0
        isProcessing = true
        defer { isProcessing = false }
        while consumed < bytes.byteCount {
            let rest = bytes.extracting(consumed..<bytes.byteCount)
            do throws(HTTPParseError) {
                guard case .complete = try worker.parse(rest) else {
                    if phase == .idle {
                        phase = .readingHead
                        setDeadline(worker.times.head)
                    }
                    return consumed
                }
            } catch {
                refuse(error)
                return bytes.byteCount
            }
            phase = .exchanging
            suspendDeadline()
            requests &+= 1
            let exchange = worker.makeExchange(self)
            self.exchange = exchange
            consumed += exchange.begin(rest)
            // It goes on without us, or has ended the connection.
            if self.exchange != nil || descriptor < 0 || phase == .lingering { return consumed }
        }
        return consumed
    }

    private func processInput() {
        guard let input, !isProcessing else { return }
        // Nothing is appended to the buffer while its bytes are processed: that happens when the socket is read.
        let consumed = unsafe process(input.bytes)
        guard descriptor >= 0 else { return }
        input.consume(first: consumed)
        if input.isEmpty { giveInput() }
    }

    private func giveInput() {
        guard let buffer = input else { return }
        input = nil
        worker.buffers.give(buffer)
    }

    /// Lends what lies in the input buffer to an exchange, which says how much of it it has taken.
    func withInput(_ body: (RawSpan) -> Int) {
        // While a head is processed, its bytes lie in there too; what is behind it is handed on from there.
        guard let input, !input.isEmpty, !isProcessing, !isLending else { return }
        isLending = true
        let consumed = unsafe body(input.bytes)
        isLending = false
        guard descriptor >= 0 else { return }
        input.consume(first: consumed)
        if input.isEmpty { giveInput() }
    }

    /// Whether bytes of the client lie in the input buffer.
    var hasInput: Bool { input?.isEmpty == false }

    /// Reads further while a request is served whose bytes have all come: requests behind it, or the client's end.
    ///
    /// - Returns: false if the connection is broken.
    func readAhead() -> Bool {
        if let input, input.count >= Self.readAheadBytes {
            stopReading()
            return true
        }
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .bytes(let count):
            unsafe keep(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: scratch[..<count])), from: 0)
            if let input, input.count >= Self.readAheadBytes { stopReading() }
            return true
        case .wouldBlock: return true
        case .end:
            noteEnd()
            return true
        case .failed: return false
        }
    }

    /// The client sends no more; it may still want its answer.
    func noteEnd() {
        peerHasEnded = true
        stopReading()
    }

    // MARK: Writing

    /// Writes a head or a part of a body, and behind it some bytes that need no copy; keeps what the client does not take.
    ///
    /// - Returns: false if the connection is broken.
    func write(_ head: OutputBuffer, _ body: RawSpan) -> Bool {
        if let output {
            unsafe output.append(head.bytes)
            output.append(body)
            return true
        }
        let result = unsafe head.withUnsafeBytes { first in
            unsafe body.withUnsafeBytes { second in unsafe send(first, second) }
        }
        guard case .bytes(let sent) = result else { return false }
        guard sent < head.count + body.byteCount else { return true }
        let buffer = worker.buffers.take()
        output = buffer
        if sent < head.count {
            unsafe buffer.append(ByteRange(sent, head.count), of: head.bytes)
            buffer.append(body)
        } else {
            buffer.append(ByteRange(sent - head.count, body.byteCount), of: body)
        }
        startWriting()
        setDeadline(worker.times.bodyIdle)
        return true
    }

    /// Writes a buffer.
    func write(_ bytes: OutputBuffer) -> Bool { write(bytes, RawSpan()) }

    override func writable() {
        guard let output else { return stopWriting() }
        guard case .bytes(let sent) = unsafe output.withUnsafeBytes({ unsafe send($0) }) else {
            if let exchange { exchange.downstreamBroke() } else { end() }
            return
        }
        output.consume(first: sent)
        guard output.isEmpty else {
            if sent > 0 { setDeadline(worker.times.bodyIdle) }
            return
        }
        self.output = nil
        worker.buffers.give(output)
        stopWriting()
        suspendDeadline()
        if let exchange {
            exchange.downstreamDrained()
        } else if closesWhenFlushed {
            linger()
        } else if phase == .idle {
            becomeIdle()
        }
    }

    // MARK: Between requests

    /// The exchange is over and its answer was written, or waits to be.
    func exchangeEnded(keepsAlive: Bool) {
        exchange = nil
        guard descriptor >= 0 else { return }
        guard keepsAlive, !peerHasEnded || hasInput else {
            closesWhenFlushed = true
            phase = .lingering
            if output == nil { linger() }
            return
        }
        becomeIdle()
        // What has come already is served after this turn's events, so that one client's pipeline leaves room for others.
        if hasInput, !isProcessing { serveInputAtTurnEnd() } else { goOnReading() }
    }

    /// Keeps what a client has sent behind the request that was read to its end just now, which may be over already.
    func keepNext(_ bytes: RawSpan, from offset: Int) {
        guard descriptor >= 0, phase != .lingering else { return }
        keep(bytes, from: offset)
        if exchange == nil { serveInputAtTurnEnd() }
    }

    private func serveInputAtTurnEnd() {
        phase = .readingHead
        setDeadline(worker.times.head)
        loop.atTurnEnd { [self] in
            if descriptor >= 0, exchange == nil { processInput() }
            if descriptor >= 0, exchange == nil, peerHasEnded { end() }
            // It may have been the rest of a body, taken to its end meanwhile.
            if descriptor >= 0, exchange == nil, phase == .readingHead, !hasInput { becomeIdle() }
            goOnReading()
        }
    }

    /// Reads further, unless so much lies there already that the client has to wait; a head has its own limit.
    private func goOnReading() {
        guard descriptor >= 0, !peerHasEnded else { return }
        if exchange == nil || input.map({ $0.count < Self.readAheadBytes }) ?? true { startReading() }
    }

    private func becomeIdle() {
        phase = .idle
        if worker.isDraining, !hasInput, output == nil { return end() }
        if output == nil { setDeadline(worker.times.keepAlive) }
    }

    /// How many requests were served on it.
    var requestCount: Int { Int(requests) }

    // MARK: End

    /// A head that cannot be taken: an answer, and the end.
    private func refuse(_ flaw: HTTPParseError) {
        worker.counters.count(flaw.kind)
        refuse(ProxyFault(flaw))
    }

    private func refuse(_ fault: ProxyFault) {
        phase = .exchanging
        suspendDeadline()
        let exchange = worker.makeExchange(self)
        self.exchange = exchange
        exchange.refuseUnparsed(fault)
    }

    /// Refuses the connection before anything was read.
    func turnAway(_ fault: ProxyFault) {
        register()
        startReading()
        refuse(fault)
    }

    /// Ends the connection after its last answer was written.
    private func linger() {
        phase = .lingering
        giveInput()
        guard !peerHasEnded else { return end() }
        endSending()
        startReading()
        setDeadline(Self.lingerMilliseconds)
    }

    private func discardInput() {
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .bytes, .wouldBlock: break
        case .end, .failed:
            if output == nil { end() } else { noteEnd() }
        }
    }

    override func deadlineReached() {
        if output != nil {
            worker.counters.count(.downstreamWriteTimeout)
            if let exchange { exchange.downstreamBroke() } else { end() }
            return
        }
        switch phase {
        case .idle:
            worker.counters.count(.keepAliveTimeout)
            end()
        case .readingHead:
            worker.counters.count(.headTimeout)
            refuse(.headTimeout)
        case .exchanging: exchange?.downstreamTimedOut()
        case .lingering: end()
        }
    }

    /// Ends the connection if it is idle. One whose request has come but was not read yet is served first, and told that it
    /// is the last; one that was opened just now has a moment to send its only one.
    func drain() {
        guard phase == .idle, output == nil, !hasUnexpectedInput else { return }
        if requests > 0 { end() } else { setDeadline(min(worker.times.head, Self.drainMilliseconds)) }
    }

    /// Ends the connection and what it serves.
    func cut(_ reason: StaticString) {
        if let exchange { exchange.abort(reason) } else { end() }
    }

    /// Closes the connection, whose exchange is over.
    func end() {
        guard descriptor >= 0 else { return }
        worker.forget(self)
        giveInput()
        if let output {
            self.output = nil
            worker.buffers.give(output)
        }
        exchange = nil
        close()
    }
}

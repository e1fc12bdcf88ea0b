internal import EventIO
internal import HTTP2
internal import HTTPWire

/// One HTTP/2 stream: the client's side of one exchange, as ``DownstreamConnection`` is that of many in turn.
///
/// What the exchange writes as HTTP/1.1 becomes a header list here, and bodies go as they are. It belongs to its loop, and
/// lives until both the exchange and HTTP/2 are done with it.
final class DownstreamStream: WheelEntry {
    let multiplexer: HTTP2Connection
    let id: Int32
    private(set) var exchange: Exchange?
    private(set) var isReading = true
    /// Body bytes that came and were not taken; the client's window is smaller by them.
    private var input: OutputBuffer?
    /// Whether the input is being taken from: what is taken is still in there.
    private var isLending = false
    /// Body bytes that wait for the client's window, or for the end of the turn.
    private var output: OutputBuffer?
    /// The client's trailer section.
    private var requestTrailers: [UInt8] = []
    /// Whether all of the request has come.
    private(set) var peerHasEnded = false
    private var isEndTold = false
    /// The head of a request that says it has no body, until its end proves that.
    private var heldHead: [UInt8] = []
    /// Whether the answer's head was given to HTTP/2.
    private var hasHead = false
    /// Whether the head is all of the answer.
    private var isHeadOnly = false
    /// Whether the protocol was switched (RFC 8441).
    private var isTunnel = false
    /// Whether HTTP/2 is done with it, and only the application is not.
    private var isLeaving = false
    /// Whether nothing comes behind what waits.
    private var isOutputComplete = false
    /// Whether HTTP/2 waits to be told of more body bytes.
    private var isDeferred = false
    /// Whether the exchange waits for the client to take what waits.
    private var isStalled = false
    private var isClosed = false
    private var trailers: (lines: [FieldLine], bytes: [UInt8])?

    /// A smaller piece of a body waits for what has come behind it: each piece that is passed on costs a system call, and
    /// a client can cut its body into single bytes.
    private static let smallPiece = 1024
    /// What is read of an answer at once while the client takes nothing.
    private static let stalledReadBytes = 16 * 1024
    /// The same where so much waits on its connection already that each stream has to do with little.
    private static let scarceReadBytes = 2 * 1024

    private var worker: Worker { multiplexer.worker }

    init(_ multiplexer: HTTP2Connection, id: Int32) {
        self.multiplexer = multiplexer
        self.id = id
        super.init()
    }

    /// Serves a request whose head is given as HTTP/1.1.
    func begin(_ head: RawSpan, endsStream: Bool) {
        do throws(HTTPParseError) {
            guard case .complete = try worker.parse(head) else {
                return refuse(HTTPParseError(.malformedRequestLine, at: 0), isHead: Self.isHead(head))
            }
        } catch {
            return refuse(error, isHead: Self.isHead(head))
        }
        if worker.head.framing == .length(0), !endsStream {
            // It says that nothing comes, and did not end: until that is certain it is not forwarded.
            heldHead = head.array(ByteRange(0, head.byteCount))
            wait(worker.times.head)
        } else {
            serve(head)
        }
    }

    /// Serves the request in the worker's `head`.
    private func serve(_ head: RawSpan) {
        let exchange = worker.makeExchange(.stream(self))
        self.exchange = exchange
        _ = exchange.begin(head)
    }

    /// Whether a head begins with the method HEAD, whatever is wrong with the rest of it.
    private static func isHead(_ head: RawSpan) -> Bool { head.byteCount > 5 && head.equals(ByteRange(0, 5), "HEAD ") }

    /// Refuses a request for its form.
    func refuse(_ flaw: HTTPParseError, isHead: Bool) {
        worker.counters.count(flaw.kind)
        let exchange = exchange ?? worker.makeExchange(.stream(self))
        self.exchange = exchange
        // A body in the answer to HEAD would be a breach of the protocol (RFC 9113 §8.1.1).
        if isHead { exchange.method = .head }
        exchange.refuseUnparsed(ProxyFault(flaw))
    }

    /// Memory that is counted and held for it.
    var heldBytes: Int { (input?.capacity ?? 0) + (output?.capacity ?? 0) + (exchange?.heldBytes ?? 0) }

    // MARK: Reading

    /// Whether body bytes wait to be taken.
    var hasInput: Bool { input?.isEmpty == false }

    /// Body bytes have come.
    func bodyReceived(_ bytes: RawSpan) {
        var taken = 0
        if let exchange {
            if isReading, !hasInput, bytes.byteCount >= Self.smallPiece { taken = exchange.takeStreamBody(bytes) }
        } else {
            taken = bytes.byteCount
        }
        // While it was taken, the exchange may have ended.
        if exchange == nil { taken = bytes.byteCount }
        multiplexer.session.consume(taken, of: id)
        guard taken < bytes.byteCount else { return }
        let buffer = input ?? worker.buffers.take()
        input = buffer
        buffer.append(ByteRange(taken, bytes.byteCount), of: bytes)
        multiplexer.note(ready: self)
    }

    /// All of the request has come.
    func requestEnded(trailers: RawSpan) {
        peerHasEnded = true
        if !heldHead.isEmpty {
            let head = heldHead
            heldHead = []
            suspendDeadline()
            // The array lives on while it is lent.
            return unsafe begin(head.span.bytes, endsStream: true)
        }
        if trailers.byteCount > 0 { requestTrailers = trailers.array(ByteRange(0, trailers.byteCount)) }
        multiplexer.note(ready: self)
    }

    /// Tells the exchange of what has come.
    func deliver() {
        while isReading, !isClosed, let input, !input.isEmpty, let exchange {
            let before = input.count
            exchange.downstreamReadable()
            if self.input?.count == before { return }
        }
        guard isReading, !isClosed, !hasInput, peerHasEnded, !isEndTold, let exchange else { return }
        isEndTold = exchange.streamRequestEnded(requestTrailers)
    }

    func startReading() {
        isReading = true
        if hasInput || peerHasEnded && !isEndTold { multiplexer.note(ready: self) }
    }

    func stopReading() { isReading = false }

    /// Takes bytes out of the input.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        guard let input, !input.isEmpty else { return peerHasEnded ? .end : .wouldBlock }
        let count = min(input.count, buffer.count)
        // The buffer is the caller's and no part of the input.
        unsafe input.withUnsafeBytes { unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        take(count)
        return .bytes(count)
    }

    /// Lends the input to an exchange, which says how much of it it has taken.
    func withInput(_ body: (RawSpan) -> Int) {
        // Who was lent it sends it, and asks for more of it then: those would be the same bytes.
        guard !isLending else { return }
        guard let input, !input.isEmpty else {
            if peerHasEnded, !isEndTold { multiplexer.note(ready: self) }
            return
        }
        // Bytes are appended in callbacks of HTTP/2 only, and none runs meanwhile.
        isLending = true
        let taken = unsafe body(input.bytes)
        isLending = false
        if self.input === input { take(taken) }
        if peerHasEnded, !isEndTold { multiplexer.note(ready: self) }
    }

    private func take(_ count: Int) {
        guard let input else { return }
        input.consume(first: count)
        multiplexer.session.consume(count, of: id)
        multiplexer.scheduleFlush()
        if input.isEmpty { dropInput() }
    }

    private func dropInput() {
        guard let buffer = input else { return }
        input = nil
        multiplexer.session.consume(buffer.count, of: id)
        worker.buffers.give(buffer)
    }

    // MARK: Writing

    /// Whether the client has not taken all that was said.
    var isOutputWaiting: Bool { output != nil }

    /// Whether the application has to wait for the client.
    var hasOutput: Bool {
        guard let output, output.count > multiplexer.outputLimit else { return false }
        isStalled = true
        return true
    }

    /// Whether anything waits for the client.
    var hasPendingOutput: Bool {
        if output != nil { isStalled = true }
        return output != nil
    }

    /// What an answer may bring at once: less while the client takes nothing, because many streams may wait like this one.
    func slice(_ scratch: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let most: Int
        if multiplexer.isScarce {
            most = Self.scarceReadBytes
        } else if output != nil || !hasHead && multiplexer.isCrowded {
            most = Self.stalledReadBytes
        } else {
            return unsafe scratch
        }
        return unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(most, scratch.count)])
    }

    /// Takes what an exchange writes: HTTP/1.1 heads become header lists, the rest is body.
    ///
    /// - Returns: false if the client has given up on the stream.
    func write(_ head: OutputBuffer, _ body: RawSpan) -> Bool {
        guard !isClosed else { return false }
        multiplexer.scheduleFlush()
        var headLength = 0
        if !hasHead, !head.isEmpty {
            // The buffer is left alone until the call returns.
            guard let length = unsafe writeHead(head.bytes) else { return false }
            headLength = length
        }
        guard hasHead, !isHeadOnly, head.count - headLength + body.byteCount > 0 else { return true }
        // What the application adds is no progress of the client's.
        if self.output == nil { wait(worker.times.bodyIdle) }
        let output = self.output ?? worker.buffers.take()
        self.output = output
        // As above.
        unsafe output.append(ByteRange(headLength, head.count), of: head.bytes)
        output.append(body)
        multiplexer.waitingBytes += head.count - headLength + body.byteCount
        resume()
        if output.count > multiplexer.outputLimit { multiplexer.flushEarly() }
        return !isClosed
    }

    /// Gives a head to HTTP/2.
    ///
    /// - Returns: its length; nil if it could not be sent.
    private func writeHead(_ bytes: RawSpan) -> Int? {
        let worker = worker
        let method = exchange?.method ?? .get
        do throws(HTTPParseError) {
            guard
                case .complete = try ResponseHeadParser.parse(
                    bytes, requestMethod: method, limits: HTTP2Connection.answerLimits, into: &worker.streamHead)
            else { return nil }
        } catch {
            // What we wrote ourselves can be parsed.
            worker.warn("an answer's head has no form in HTTP/2: \(error)")
            return nil
        }
        if worker.streamHead.isInterim {
            guard multiplexer.session.inform(id, worker.streamHead, in: bytes) else { return nil }
            return worker.streamHead.headLength
        }
        let isSwitch = worker.streamHead.status == 101
        let framing = worker.streamHead.framing
        hasHead = true
        isTunnel = isSwitch
        if isSwitch { multiplexer.session.keepReading(id) }
        isHeadOnly = !isSwitch && (framing == .none || framing == .length(0))
        guard
            multiplexer.session.respond(
                id, worker.streamHead, in: bytes, status: isSwitch ? 200 : worker.streamHead.status,
                hasBody: !isHeadOnly)
        else { return nil }
        return worker.streamHead.headLength
    }

    /// Keeps trailers for the body's end.
    func keepTrailers(of decoder: ChunkedDecoder) {
        guard !decoder.trailerBytes.isEmpty else { return }
        let bytes = unsafe decoder.trailerBytes.span.bytes
        var lines: [FieldLine] = []
        for line in decoder.trailers where TrailerRules.mayForward(line, in: bytes) { lines.append(line) }
        if !lines.isEmpty { trailers = (lines, decoder.trailerBytes) }
    }

    private func resume() {
        guard isDeferred else { return }
        isDeferred = false
        multiplexer.session.resume(id)
    }

    /// How much of the answer's body may go out.
    func bodySupply(most: Int) -> HTTP2BodySupply {
        let waiting = output?.count ?? 0
        let count = min(waiting, most)
        guard isOutputComplete, count == waiting else {
            if count > 0 { return .bytes(count) }
            isDeferred = true
            return .none
        }
        guard let trailers else { return .last(count) }
        self.trailers = nil
        // The array lives on while it is lent.
        unsafe multiplexer.session.sendTrailers(id, trailers.lines, in: trailers.bytes.span.bytes)
        return .lastBeforeTrailers(count)
    }

    /// Appends body bytes that go out now.
    func appendBody(count: Int, to wire: OutputBuffer) {
        guard let output else { return }
        // They were counted by `bodySupply`.
        unsafe wire.append(ByteRange(0, count), of: output.bytes)
        output.consume(first: count)
        multiplexer.waitingBytes -= count
        if isStalled, output.count <= multiplexer.outputLimit / 2 {
            isStalled = false
            multiplexer.note(drained: self)
        }
        if output.isEmpty {
            dropOutput()
            suspendDeadline()
        } else {
            wait(worker.times.bodyIdle)
        }
    }

    /// The client has taken so much that the exchange may go on.
    func drained() { exchange?.downstreamDrained() }

    private func dropOutput() {
        guard let buffer = output else { return }
        output = nil
        multiplexer.waitingBytes -= buffer.count
        worker.buffers.give(buffer)
    }

    /// Nothing more is written.
    func endSending() {
        guard !isClosed, !isOutputComplete else { return }
        isOutputComplete = true
        resume()
        multiplexer.scheduleFlush()
    }

    // MARK: Time

    func wait(_ milliseconds: Int64) {
        guard !isClosed else { return }
        worker.loop.setDeadline(of: self, afterMilliseconds: milliseconds)
    }

    func suspendWait() {
        if output == nil { suspendDeadline() } else { wait(worker.times.bodyIdle) }
    }

    override func deadlineReached() {
        if output != nil {
            worker.counters.count(.downstreamWriteTimeout)
            if let exchange { exchange.downstreamBroke() } else { reset(.cancel) }
        } else {
            if let exchange { exchange.downstreamTimedOut() } else { reset(.cancel) }
        }
    }

    // MARK: End

    /// The exchange is over, its answer whole.
    func exchangeEnded() {
        exchange = nil
        dropInput()
        if isLeaving { return finishLeaving() }
        guard hasHead else { return reset(.internalError) }
        endSending()
        // Nobody takes what the client may still send.
        if isTunnel { multiplexer.session.stopReading(id) }
    }

    /// The exchange is over, its answer not whole.
    func abort() {
        exchange = nil
        dropInput()
        if isLeaving { return finishLeaving() }
        // A tunnel's other side broke (RFC 9113 §8.5).
        reset(isTunnel ? .connectError : .internalError)
    }

    private func reset(_ code: HTTP2ErrorCode) {
        guard !isClosed else { return }
        dropOutput()
        suspendDeadline()
        multiplexer.session.reset(id, code)
        multiplexer.scheduleFlush()
    }

    /// HTTP/2 is done with it, in good order. Bytes of a tunnel may still be on their way to the application then, and the
    /// end behind them.
    ///
    /// - Returns: whether it stays for that.
    func leave() -> Bool {
        isLeaving = isTunnel && peerHasEnded && isOutputComplete && output == nil && exchange != nil
        return isLeaving
    }

    private func finishLeaving() {
        isClosed = true
        worker.loop.cancelDeadline(of: self)
        multiplexer.left(id)
    }

    /// HTTP/2 is done with it, or the connection is gone.
    func closed(_ reason: StaticString) {
        guard !isClosed else { return }
        isClosed = true
        worker.loop.cancelDeadline(of: self)
        dropOutput()
        exchange?.abort(reason)
        exchange = nil
        dropInput()
    }
}

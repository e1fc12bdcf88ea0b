internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire

/// A client's connection: reads heads, has an ``Exchange`` serve each request in turn, and writes what the client takes.
///
/// It belongs to its loop. Idle, it owns neither a buffer nor an exchange.
final class DownstreamConnection: SocketStream {
    enum Phase: UInt8 {
        /// The TLS handshake has not begun, or is under way.
        case handshake
        /// Nothing of a request has come yet.
        case idle
        /// A part of a head has come.
        case readingHead
        /// An exchange serves a request, and decides what is read.
        case exchanging
        /// The last answer is out; what still comes is thrown away, so that the client sees the answer and no reset.
        case lingering
        /// The balancer's header has not come yet.
        case proxyHeader
        /// Nothing has come yet that tells HTTP/1.1 from HTTP/2.
        case preface
        /// It speaks HTTP/2, and all is up to the multiplexer.
        case multiplexed
    }

    let worker: Worker
    /// The client's address, as the balancer's header says where there is one; loopback for a Unix socket.
    private(set) var peer: IPAddress
    /// The client's address where the limit on its connections counts this one; nil where it does not.
    var countedAddress: IPAddress?
    /// Where it lies in the worker's list.
    var index = 0
    var phase = Phase.idle
    /// What holds where it was accepted.
    var rules: ListenerRules
    private var isProcessing = false
    /// Whether the input buffer is being taken from: what is taken is still in there.
    private var isLending = false
    private(set) var peerHasEnded = false
    /// Whether what lies in the input buffer is served at the end of the turn.
    private var isServingLater = false
    private var closesWhenFlushed = false
    /// Requests so far.
    private var requests: Int32 = 0
    private(set) var exchange: Exchange?
    /// What it has until the balancer's header has come.
    private var headerReader: ProxyHeaderReader?
    /// What it has instead of an exchange when it speaks HTTP/2.
    private(set) var multiplexer: HTTP2Connection?
    /// What is known of a client that speaks TLS with us; nil for others.
    var secureClient: SecureClient?
    /// Its place among the handshakes that are under way; -1 for none.
    var handshakeNumber = -1
    /// What was read and not taken: a part of a head, or requests behind the one that is served.
    private(set) var input: OutputBuffer?
    /// What the client has not taken yet.
    private(set) var output: OutputBuffer?

    /// Up to so many bytes of a body are copied behind their head.
    private static let copiedBody = 4096
    /// How many requests that have come together are served before others get their turn: those that are answered at once
    /// may be thousands.
    private static let requestsAtOnce = 8
    /// How much of further requests is read while one is served.
    private static let readAheadBytes = 32 * 1024
    /// For how long a closed connection is read from, so that the client gets to read its answer.
    private static let lingerMilliseconds: Int64 = 2000
    /// How long a connection that has sent nothing yet lives on while the proxy drains.
    static let drainMilliseconds: Int64 = 500

    init(worker: Worker, rules: ListenerRules, descriptor: CInt, peer: IPAddress, countedAddress: IPAddress?) {
        self.worker = worker
        self.rules = rules
        self.peer = peer
        self.countedAddress = countedAddress
        super.init(loop: worker.loop, descriptor: descriptor)
    }

    /// Begins to serve, in what the listener speaks.
    func begin() {
        register()
        startReading()
        guard rules.tls == nil else {
            phase = .handshake
            return setDeadline(worker.times.tlsHandshake)
        }
        setDeadline(worker.times.head)
        guard rules.protocols.http2 else { return }
        if rules.protocols.http1 { phase = .preface } else { beginHTTP2() }
    }

    override func tlsEstablished() { handshakeDone() }

    override func tlsFailed(_ error: TLSError) { handshakeFailed(error) }

    /// Whether no request is being served and none has begun.
    var isIdle: Bool { phase == .idle || multiplexer?.isIdle == true }

    /// Whether bytes wait for the client.
    var hasOutput: Bool { output != nil }

    /// Whether it has not taken all that was said.
    var isOutputWaiting: Bool { output != nil }

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
        case .proxyHeader: readProxyHeader()
        case .preface, .multiplexed: readFrames()
        case .handshake: beginHandshake()
        }
    }

    private func readHead() {
        // Requests that wait for the turn's end come first: their client may have ended its half behind them.
        guard !isServingLater else {
            if !readAhead() { end() }
            return
        }
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
                if consumed < count, descriptor >= 0, phase != .lingering {
                    keep(bytes, from: consumed)
                    if phase == .idle { serveRestLater() }
                }
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
        var served = 0
        isProcessing = true
        defer { isProcessing = false }
        while consumed < bytes.byteCount, served < Self.requestsAtOnce {
            served += 1
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
            let exchange = worker.makeExchange(.connection(self))
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
        if input.isEmpty { giveInput() } else if phase == .idle { serveRestLater() }
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

    /// Reads further behind requests that have come whole and are not over: more of them, or the client's end.
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
        // The kernel takes longer over a second piece than a copy of few bytes takes.
        if body.byteCount > 0, body.byteCount <= Self.copiedBody, !head.isEmpty {
            head.append(body)
            return write(head, RawSpan())
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
        } else if let multiplexer {
            multiplexer.outputDrained()
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

    /// More requests have come than are served at once: no more is read until the rest of them had its turn.
    private func serveRestLater() {
        stopReading()
        serveInputAtTurnEnd()
    }

    private func serveInputAtTurnEnd() {
        phase = .readingHead
        setDeadline(worker.times.head)
        guard !isServingLater else { return }
        isServingLater = true
        loop.atTurnEnd { [self] in
            isServingLater = false
            if descriptor >= 0, exchange == nil { processInput() }
            if isServingLater { return }
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

    func refuse(_ fault: ProxyFault) {
        phase = .exchanging
        suspendDeadline()
        let exchange = worker.makeExchange(.connection(self))
        self.exchange = exchange
        exchange.refuseUnparsed(fault)
    }

    /// Refuses the connection before anything was read; with TLS there is no cheap way to say why.
    func turnAway(_ fault: ProxyFault) {
        guard rules.tls == nil else { return end() }
        register()
        startReading()
        refuse(fault)
    }

    /// Ends the connection after its last answer was written.
    func linger() {
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
        if let multiplexer { return multiplexer.deadlineReached() }
        switch phase {
        case .idle:
            worker.counters.count(.keepAliveTimeout)
            end()
        case .readingHead:
            worker.counters.count(.headTimeout)
            refuse(.headTimeout)
        case .exchanging: exchange?.downstreamTimedOut()
        case .lingering, .multiplexed: end()
        case .proxyHeader:
            worker.refuseHeader(.timeout, of: self)
            end()
        case .preface:
            worker.counters.count(.headTimeout)
            end()
        case .handshake:
            worker.counters.count(.tlsHandshakeTimeout)
            handshakeTimedOut()
        }
    }

    /// Ends the connection if it is idle. One whose request has come but was not read yet is served first, and told that it
    /// is the last; one that was opened just now has a moment to send its only one.
    func drain() {
        if let multiplexer { return multiplexer.drain() }
        if phase == .handshake, !isTLS { return setDeadline(min(worker.times.tlsHandshake, Self.drainMilliseconds)) }
        if phase == .proxyHeader { return setDeadline(min(worker.times.head, Self.drainMilliseconds)) }
        guard phase == .idle, output == nil, !hasUnexpectedInput else { return }
        if requests > 0 { end() } else { setDeadline(min(worker.times.head, Self.drainMilliseconds)) }
    }

    /// Ends the connection and what it serves.
    func cut(_ reason: StaticString) {
        if let multiplexer { multiplexer.ended(reason) }
        if let exchange { exchange.abort(reason) } else { end() }
    }

    /// Closes the connection, whose exchange is over.
    func end() {
        guard descriptor >= 0 else { return }
        if isTLSFlooded { worker.counters.count(.tlsFlood) }
        worker.forget(self)
        giveInput()
        endHandshake()
        if let output {
            self.output = nil
            worker.buffers.give(output)
        }
        exchange = nil
        if let multiplexer {
            self.multiplexer = nil
            multiplexer.ended("client_gone")
            // A method of it may be on the stack.
            loop.atTurnEnd { _ = multiplexer }
        }
        close()
    }
}

/// When it speaks HTTP/2.
extension DownstreamConnection {
    /// `PRI * HTTP/2.0`, an empty line, `SM`, an empty line (RFC 9113 §3.4).
    private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    func beginHTTP2() {
        guard let multiplexer = HTTP2Connection(self) else { return end() }
        phase = .multiplexed
        self.multiplexer = multiplexer
        // The server's preface does not wait for the client's.
        multiplexer.scheduleFlush()
    }

    private func readFrames() {
        let scratch = unsafe loop.scratch
        switch unsafe receive(into: scratch) {
        case .bytes(let count):
            // Good until the next read, which does not happen while they are taken.
            let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            if let multiplexer { multiplexer.take(bytes) } else { tellProtocol(bytes) }
        case .wouldBlock: break
        case .end, .failed: end()
        }
    }

    /// Tells HTTP/2 with prior knowledge from HTTP/1.1 by the connection's first bytes.
    private func tellProtocol(_ bytes: RawSpan) {
        keep(bytes, from: 0)
        guard let input else { return }
        let wanted = Self.preface.utf8CodeUnitCount
        let known = min(input.count, wanted)
        let isHTTP2 = unsafe input.withUnsafeBytes { bytes in
            // Both have `known` bytes at least.
            for index in 0..<known where unsafe bytes[index] != Self.preface.utf8Start[index] { return false }
            return true
        }
        guard isHTTP2 else {
            phase = .readingHead
            return processInput()
        }
        guard known == wanted else { return }
        self.input = nil
        beginHTTP2()
        // Nobody else has the buffer any more.
        unsafe multiplexer?.take(input.bytes)
        worker.buffers.give(input)
    }

    /// A request has begun on one of its streams.
    func countRequest() { requests &+= 1 }

    /// Waits for something of the client, for so long.
    func wait(_ milliseconds: Int64) { setDeadline(milliseconds) }

    /// Everything was said: closes the connection in such a way that the client gets to read it.
    func finishMultiplexing() {
        guard let multiplexer else { return }
        self.multiplexer = nil
        multiplexer.ended("client_gone")
        loop.atTurnEnd { _ = multiplexer }
        linger()
    }
}

/// When it begins with a header of the PROXY protocol.
extension DownstreamConnection {
    /// Waits for the header, for as long as for a head.
    func awaitProxyHeader() {
        phase = .proxyHeader
        headerReader = ProxyHeaderReader()
        register()
        startReading()
        setDeadline(worker.times.head)
    }

    private func readProxyHeader() {
        guard let headerReader else { return end() }
        switch headerReader.read(from: self) {
        case .wait: break
        case .ended: end()
        case .refused(let reason):
            worker.refuseHeader(reason, of: self)
            end()
        case .complete(let source):
            self.headerReader = nil
            phase = .idle
            switch source {
            case .address(let address): peer = address
            case .unixSocket: peer = IPAddress(v4: 0x7f00_0001)
            case .peer: break
            }
            worker.identified(self)
        }
    }
}

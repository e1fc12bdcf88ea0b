internal import EventIO
internal import HTTP2
internal import HTTPWire

/// What a ``DownstreamConnection`` is when it speaks HTTP/2: the session and its streams.
///
/// It belongs to its loop and to its connection. Frames of all streams leave together at the end of a turn, with one
/// system call. Nothing that an exchange does calls back into the session while that is at work: its methods for answers
/// only queue, and streams that have something to tell are listed and told afterwards.
final class HTTP2Connection: HTTP2Events {
    unowned let connection: DownstreamConnection
    let worker: Worker
    /// Set at the end of `init`, and never again: it needs to know whom to tell.
    private(set) var session: HTTP2Session!
    private var streams: [Int32: DownstreamStream] = [:]
    /// Tunnels whose both directions have ended, while the application has not taken all yet.
    private var leaving: [Int32: DownstreamStream] = [:]
    private var ready: [DownstreamStream] = []
    private var drained: [DownstreamStream] = []
    /// Whether the session is at work.
    private var isBusy = false
    /// Body bytes of all streams that wait for the client's windows.
    var waitingBytes = 0
    private var isFlushScheduled = false
    private var isDraining = false
    private var hasEnded = false

    /// How many bytes are made ready at once.
    private static let batchBytes = 64 * 1024
    /// With so many streams, each one reads less of its answer at once.
    private static let crowd = 16
    /// Above so many bytes that wait, a stream's application waits.
    private static let streamBytes = 32 * 1024
    /// What may wait on all streams together before each of them has to be modest: a client that opens many and takes
    /// nothing of any would cost as much as all of them may.
    private static let connectionBytes = 256 * 1024
    /// How long a client has to stop opening streams once it was told of the end.
    private static let farewellMilliseconds: Int64 = 500
    /// For heads that we have written ourselves.
    static let answerLimits = HeadLimits(headBytes: 16 << 20, fields: 4096, lineBytes: 16 << 20)

    /// Begins to speak HTTP/2.
    ///
    /// - Returns: nil if there is no memory.
    init?(_ connection: DownstreamConnection) {
        self.connection = connection
        worker = connection.worker
        guard let session = HTTP2Session(worker.http2Limits, events: self) else { return nil }
        self.session = session
    }

    /// Whether so many streams are open that each has to be modest.
    var isCrowded: Bool { streams.count > Self.crowd }

    /// Whether so much waits on all streams that none may add much.
    var isScarce: Bool { waitingBytes > Self.connectionBytes }

    /// Above so many bytes that wait on a stream, its application waits.
    var outputLimit: Int { isScarce ? 0 : Self.streamBytes }

    /// Whether no request is being served.
    var isIdle: Bool { streams.isEmpty }

    // MARK: Bytes

    /// Takes what the client has sent; the bytes may lie in the loop's scratch buffer.
    func take(_ bytes: RawSpan) {
        guard !hasEnded else { return }
        isBusy = true
        session.receive(bytes, now: MonotonicTime.coarseMilliseconds)
        isBusy = false
        if session.isBroken { breakOff() }
        flush()
    }

    /// A breach of the protocol: what was under way is lost, and the client is told why.
    private func breakOff() {
        if session.isFlooded { worker.counters.count(.http2Flood) }
        endStreams(session.isFlooded ? "http2_flood" : "http2_error")
    }

    private func endStreams(_ reason: StaticString) {
        let ending = Array(streams.values) + Array(leaving.values)
        streams = [:]
        leaving = [:]
        for stream in ending { stream.closed(reason) }
    }

    /// Sends what there is, at the end of the turn.
    func scheduleFlush() {
        guard !isFlushScheduled, !hasEnded else { return }
        isFlushScheduled = true
        worker.loop.atTurnEnd { [self] in
            isFlushScheduled = false
            flush()
        }
    }

    /// Sends what there is now, unless the session is at work; then that follows by itself.
    func flushEarly() { if !isBusy { send() } }

    /// Tells streams what they wait for, sends what there is, and ends the connection when all is done.
    private func flush() {
        repeat {
            tellStreams()
            send()
        } while !hasEnded && (!ready.isEmpty || !drained.isEmpty)
        guard !hasEnded else { return }
        if !session.isAlive, !connection.hasOutput {
            endStreams("client_gone")
            connection.finishMultiplexing()
        } else {
            adjustDeadline()
        }
    }

    private func tellStreams() {
        let (ready, drained) = (ready, drained)
        self.ready = []
        self.drained = []
        for stream in ready { stream.deliver() }
        for stream in drained { stream.drained() }
    }

    private func send() {
        let wire = worker.wire
        while !hasEnded, !connection.hasOutput {
            isBusy = true
            session.produce(into: wire, limit: Self.batchBytes)
            isBusy = false
            let isEmpty = wire.isEmpty
            let isWhole = isEmpty || connection.write(wire)
            wire.removeAll()
            guard isWhole else { return connection.end() }
            if isEmpty { break }
        }
    }

    /// The client has taken all that waited.
    func outputDrained() { flush() }

    // MARK: Streams

    /// A stream has something to tell its exchange.
    func note(ready stream: DownstreamStream) {
        if ready.last !== stream { ready.append(stream) }
        if !isBusy { scheduleFlush() }
    }

    /// A stream's exchange may go on.
    func note(drained stream: DownstreamStream) { drained.append(stream) }

    func requestBegan(_ id: Int32, head: RawSpan, endsStream: Bool) {
        open(id).begin(head, endsStream: endsStream)
    }

    func requestRefused(_ id: Int32, _ flaw: HTTPParseError, isHead: Bool) {
        open(id).refuse(flaw, isHead: isHead)
    }

    private func open(_ id: Int32) -> DownstreamStream {
        let stream = DownstreamStream(self, id: id)
        streams[id] = stream
        connection.countRequest()
        let most = worker.site.configuration.limits.maxRequestsPerConnection
        if most > 0, connection.requestCount >= most {
            if connection.requestCount == most { worker.counters.count(.requestsPerConnection) }
            session.takeNoMore()
        }
        return stream
    }

    func bodyReceived(_ id: Int32, _ bytes: RawSpan) {
        if let stream = streams[id] { stream.bodyReceived(bytes) } else { session.consume(bytes.byteCount, of: id) }
    }

    func requestEnded(_ id: Int32, trailers: RawSpan) { streams[id]?.requestEnded(trailers: trailers) }

    func streamClosed(_ id: Int32, _ code: HTTP2ErrorCode) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        if code == .none, stream.leave() { leaving[id] = stream } else { stream.closed("client_gone") }
    }

    /// A tunnel's application has taken all.
    func left(_ id: Int32) { leaving[id] = nil }

    func bodySupply(of id: Int32, most: Int) -> HTTP2BodySupply { streams[id]?.bodySupply(most: most) ?? .none }

    func appendBody(of id: Int32, count: Int, to output: OutputBuffer) {
        streams[id]?.appendBody(count: count, to: output)
    }

    // MARK: Time

    /// When the head that is being read has to be whole, in milliseconds of the monotonic clock; nil between heads.
    private var headDue: Int64?
    /// When a client that was told of the end has had its time to stop opening streams; nil before and after.
    private var farewellDue: Int64?

    /// An idle connection has the time of HTTP/1.1 between two requests, and a head that has begun the time of a head. All
    /// else is up to the streams.
    ///
    /// Bytes that the client has to take have their own deadline in the same place. So what is due is kept, and set again
    /// when they are gone.
    private func adjustDeadline() {
        guard !connection.hasOutput else { return }
        let now = MonotonicTime.coarseMilliseconds
        if session.isReadingHead {
            let due = headDue ?? now + worker.times.head
            headDue = due
            connection.wait(max(due - now, 1))
            return
        }
        headDue = nil
        if let farewellDue {
            connection.wait(max(farewellDue - now, 1))
        } else if streams.isEmpty {
            connection.wait(worker.times.keepAlive)
        } else {
            connection.suspendDeadline()
        }
    }

    /// The connection's time is over.
    func deadlineReached() {
        if headDue != nil {
            worker.counters.count(.headTimeout)
            session.fail(.none)
            endStreams("head_timeout")
        } else if farewellDue != nil {
            farewellDue = nil
            session.takeNoMore()
        } else {
            worker.counters.count(.keepAliveTimeout)
            session.fail(.none)
        }
        flush()
    }

    // MARK: Memory

    /// Memory that is counted and held for its streams.
    var heldBytes: Int {
        streams.values.reduce(0) { $0 + $1.heldBytes } + leaving.values.reduce(0) { $0 + $1.heldBytes }
    }

    /// Calls a function with each exchange that is under way.
    func forEachExchange(_ body: (Exchange) -> Void) {
        for stream in streams.values { if let exchange = stream.exchange { body(exchange) } }
    }

    /// When the time of the first of its streams is over.
    var clientDueAt: Int64 { streams.values.reduce(.max) { min($0, $1.dueAt) } }

    /// There is no memory for it any more: all of its streams end.
    func shed() {
        // What it does not read would wait on.
        guard !connection.hasOutput else { return connection.end() }
        session.fail(.enhanceYourCalm)
        endStreams("memory")
        flush()
    }

    // MARK: End

    /// Serves what has begun, and tells the client to open no more streams (RFC 9113 §6.8).
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        if streams.isEmpty {
            session.takeNoMore()
        } else {
            session.announceEnd()
            farewellDue = MonotonicTime.coarseMilliseconds + Self.farewellMilliseconds
        }
        scheduleFlush()
    }

    /// The connection is gone.
    func ended(_ reason: StaticString) {
        hasEnded = true
        endStreams(reason)
        ready = []
        drained = []
    }
}

internal import Configuration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// One request and its answer: what is known about it, and at which point of its way it is.
///
/// The way: ``begin(_:)`` (route, credentials) → perhaps the slow path → `forward` → upstream connection → body → answer →
/// ``end()``. Each step is a method that an event of one of the two connections, or a finished task, calls; the file names
/// after the plus sign follow the way. It belongs to its loop. After ``end()`` nothing happens any more: tasks that come
/// back late find ``isOver``.
final class Exchange {
    /// At which point of its way it is.
    enum Stage: UInt8 {
        /// The slow path decides about the credentials.
        case deciding
        /// The body of a request for the reserved path is being read, or its endpoint works.
        case reserved
        /// It waits for an upstream connection.
        case connecting
        /// The request is being sent, or its answer is awaited, or sent on.
        case forwarding
        /// The answer's head waits for the store: its cookies are not certain yet.
        case settling
        /// The protocol was switched: bytes go both ways.
        case tunnel
        /// The answer is out; the rest of the request's body is thrown away.
        case discarding
        /// The answer is complete, but the client has not taken all of it.
        case flushing
        /// It is over.
        case over
    }

    let worker: Worker
    let downstream: DownstreamConnection
    /// The configuration that it follows to its end, whatever is reloaded meanwhile.
    let site: Site
    var stage = Stage.deciding
    var upstream: UpstreamConnection?
    var route: Route?
    /// The pool that it gets its upstream connection from.
    var pool: UpstreamPool?

    // What the request says; its head's bytes are gone after `begin`.
    var method = HTTPMethod.get
    var clientMinorVersion: UInt8 = 1
    var keepsAlive = true
    var expectsContinue = false
    var wantsUpgrade = false
    var forwarding: Forwarding
    var preference = AcceptPreference.undecided
    /// The Origin field, on routes that answer across origins.
    var origin: String?
    /// A copy of the head, while the slow path decides or a switch of protocols may come.
    var headBytes: OutputBuffer?

    // What was decided.
    var identity: VerifiedEntry?
    /// What the request brought where it has no identity, on routes that may sign users out or in anew: the session that its
    /// cookies name can be ended all the same.
    var presented: AuthRequest?
    var cookies = CookieChange.none
    var verdict: VerdictCode?
    var reason: StaticString = ""

    // On the way up.
    var requestBody = BodyReader()
    /// Head and body bytes for the upstream, as far as they are not gone for good.
    var requestBytes: OutputBuffer
    /// How many of them were sent.
    var requestSent = 0
    /// Whether `requestBytes` still holds everything that was sent.
    var isRepeatable = true
    var wasRetried = false
    /// Whether the application reads no more of the request, while its answer is still read.
    var isRequestCutOff = false
    var attempts = 0

    // On the way down.
    var responseBody = BodyReader()
    /// Bytes of the answer that wait: a part of its head, or all of it while cookies are settled.
    var responseBytes: OutputBuffer?
    var hasResponseHead = false
    var responseStatus = 0
    var interimResponses = 0
    var upstreamMayBeReused = false
    /// How the body goes to the client.
    var clientFraming = BodyFraming.none
    var bytesOut: Int64 = 0

    /// What the access log says of it, and where in there.
    var record: ExchangeRecord

    init(
        worker: Worker, downstream: DownstreamConnection, site: Site, requestBytes: OutputBuffer, record: ExchangeRecord
    ) {
        self.worker = worker
        self.downstream = downstream
        self.site = site
        self.requestBytes = requestBytes
        self.record = record
        forwarding = Forwarding(peer: downstream.peer, isTrusted: false, client: downstream.peer, isSecure: false)
    }

    /// Whether it has ended.
    var isOver: Bool { stage == .over }

    /// Whether the request's body has come to its end.
    var hasWholeRequest: Bool { requestBody.isComplete }

    // MARK: End

    /// Ends it: one line in the access log, and the connection goes on or ends.
    func end() {
        guard stage != .over else { return }
        stage = .over
        releaseUpstream(mayReuse: false)
        giveBuffers()
        worker.finish(self)
        downstream.exchangeEnded(keepsAlive: keepsAlive)
    }

    /// Ends it together with the client's connection: what was sent is not a whole answer.
    func abort(_ reason: StaticString) {
        guard stage != .over else { return }
        if stage == .tunnel { worker.counters.add(-1, to: .openTunnels) }
        stage = .over
        if self.reason.utf8CodeUnitCount == 0 { self.reason = reason }
        releaseUpstream(mayReuse: false)
        giveBuffers()
        worker.finish(self)
        // An answer that ends with its connection would look whole.
        if clientFraming == .untilClose { downstream.abortOnClose() }
        downstream.end()
    }

    private func giveBuffers() {
        for buffer in [headBytes, responseBytes] { if let buffer { worker.buffers.give(buffer) } }
        headBytes = nil
        responseBytes = nil
    }

    /// Lets the upstream connection go, back to its pool where it is good for another exchange.
    func releaseUpstream(mayReuse: Bool) {
        guard let connection = upstream else {
            pool?.withdraw(self)
            return
        }
        upstream = nil
        if mayReuse { connection.pool.release(connection) } else { connection.abandon() }
    }

    // MARK: Answers of our own

    /// Answers for ourselves; what the upstream would have said is not awaited.
    func answer(_ answer: LocalAnswer) {
        guard stage != .over else { return }
        releaseUpstream(mayReuse: false)
        responseStatus = answer.status
        bytesOut = Int64(answer.body.count)
        // A client that waits for 100 (Continue) may send its body or not: only the end makes that certain.
        if answer.closes || (!requestBody.isComplete && expectsContinue) || worker.isDraining { keepsAlive = false }
        if requestBody.remaining > Int64(Self.discardLimit) { keepsAlive = false }
        let output = worker.output
        answer.write(
            to: output, minorVersion: clientMinorVersion, isHead: method == .head, keepsAlive: keepsAlive,
            date: worker.dateLine)
        let isAlive = downstream.write(output)
        output.removeAll()
        hasResponseHead = true
        guard isAlive else { return abort("client_gone") }
        if keepsAlive, !requestBody.isComplete {
            stage = .discarding
            loopDeadline(worker.times.bodyIdle)
            // What came of it while nobody could use it lies in front of what will be read.
            downstream.withInput { bytes in takeRequestBody(bytes, from: 0) }
            if stage == .discarding { downstream.startReading() }
            return
        }
        finishAnswer()
    }

    /// How many body bytes behind an answer of our own are read to save the connection.
    static let discardLimit = 64 * 1024

    /// Answers with a fault, or ends the connection where the answer has begun already.
    func fail(_ fault: ProxyFault) {
        if reason.utf8CodeUnitCount == 0 { reason = fault.reason }
        guard !hasResponseHead else { return abort(fault.reason) }
        answerWithCookies(
            fault.answer(requestID: record.requestIDText, closes: fault.status == 400 || fault.status == 408))
    }

    /// Answers for ourselves with what a refresh does to the cookies: an error must not lose them.
    func answerWithCookies(_ answer: LocalAnswer) {
        switch cookies {
        case .set where stage != .settling: settle(answer)
        case .clear where answer.cookies.isEmpty:
            var answer = answer
            answer.cookies = site.cookies.lines(cookies, now: worker.now)
            self.answer(answer)
        default: self.answer(answer)
        }
    }

    /// Everything was given to the client's connection: it is over when the client has taken it.
    func finishAnswer() {
        if downstream.hasOutput {
            stage = .flushing
        } else {
            end()
        }
    }

    func loopDeadline(_ milliseconds: Int64) {
        worker.loop.setDeadline(of: downstream, afterMilliseconds: milliseconds)
    }
}

internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// One request and its answer: what is known about it, and at which point of its way it is.
///
/// The way: ``begin(_:)`` (route, credentials) → perhaps the slow path → `forward` → upstream connection → body → answer →
/// ``end()``. Each step is a method that an event of one of the two connections, or a finished task, calls; the file names
/// after the plus sign follow the way. It belongs to its loop. After ``end()`` nothing happens any more: tasks that come
/// back late find ``isOver``. One that nobody refers to any more is used again (``ExchangePool``).
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
    private(set) var downstream: Downstream
    /// The configuration that it follows to its end, whatever is reloaded meanwhile.
    private(set) var site: Site
    var stage = Stage.deciding
    var upstream: UpstreamConnection?
    var route: Route?
    /// The route's own time-outs and what it does to fields of answers, where it has any of that.
    var ownTimes: RouteTimes?
    var answerRules: AnswerRules?
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
    /// A copy of the head, while the slow path decides or a switch of protocols may come.
    var headBytes: OutputBuffer?

    /// The front that asks about a request of its own client; nil for a request that is to be forwarded.
    var front: Front?

    // What was decided.
    var identity: VerifiedEntry?
    /// What the request brought where it has no identity, on routes that may sign users out or in anew: the session that its
    /// cookies name can be ended all the same.
    var presented: AuthRequest?
    var cookies = CookieChange.none
    var verdict: VerdictCode?
    var reason: StaticString = ""
    /// What has it end with its token, where it may outlive that.
    var live: LiveExchange?

    // On the way up.
    var requestBody = BodyReader()
    /// Head and body bytes for the upstream, as far as they are not gone for good.
    let requestBytes: OutputBuffer
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
    var record = ExchangeRecord()

    init(worker: Worker, downstream: Downstream, site: Site) {
        self.worker = worker
        self.downstream = downstream
        self.site = site
        requestBytes = OutputBuffer(
            capacity: BufferPool.capacity, retainedCapacity: 2 * BufferPool.capacity, account: worker.memory)
        forwarding = Self.forwarding(of: downstream)
    }

    /// Begins anew for another request: afterwards it is as ``init(worker:downstream:site:)`` would have made it.
    func reuse(downstream: Downstream, site: Site) {
        if !self.downstream.isSame(as: downstream) { self.downstream = downstream }
        if self.site !== site { self.site = site }
        stage = .deciding
        method = .get
        clientMinorVersion = 1
        keepsAlive = true
        expectsContinue = false
        wantsUpgrade = false
        forwarding = Self.forwarding(of: downstream)
        preference = .undecided
        verdict = nil
        reason = ""
        requestBody = BodyReader()
        requestSent = 0
        isRepeatable = true
        wasRetried = false
        isRequestCutOff = false
        attempts = 0
        responseBody = BodyReader()
        hasResponseHead = false
        responseStatus = 0
        interimResponses = 0
        upstreamMayBeReused = false
        clientFraming = .none
        bytesOut = 0
        record.reuse()
    }

    private static func forwarding(of downstream: Downstream) -> Forwarding {
        let connection = downstream.connection
        return Forwarding(
            peer: connection.peer, isTrusted: false, client: connection.peer, isSecure: connection.secureClient != nil,
            isHTTP2: downstream.isStream)
    }

    /// Lets go of everything that belongs to one request only: whoever it was for must not live on in a spare exchange.
    func forget() {
        route = nil
        pool = nil
        front = nil
        ownTimes = nil
        answerRules = nil
        identity = nil
        presented = nil
        cookies = .none
        requestBytes.removeAll()
    }

    /// The line of RFC 6797 for answers over TLS; empty where there is none.
    var strictTransport: [UInt8] { forwarding.isSecure ? downstream.connection.rules.strictTransport : [] }

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
        leave().exchangeEnded(keepsAlive: keepsAlive)
    }

    /// Ends it together with the client's connection: what was sent is not a whole answer.
    func abort(_ reason: StaticString) {
        guard stage != .over else { return }
        if stage == .tunnel {
            worker.counters.add(-1, to: .openTunnels)
            // A stream that was reset is no end that the application could take for one (RFC 9113 §8.5).
            if downstream.isStream { upstream?.abortOnClose() }
        }
        stage = .over
        if self.reason.utf8CodeUnitCount == 0 { self.reason = reason }
        releaseUpstream(mayReuse: false)
        giveBuffers()
        worker.finish(self)
        // An answer that ends with its connection would look whole.
        leave().abort(looksWhole: clientFraming == .untilClose)
    }

    /// The client's side, to which there is one thing left to say. A stream is let go: as a spare one, the exchange would
    /// keep it, and with it the state of HTTP/2.
    @inline(__always)
    private func leave() -> Downstream {
        let leaving = downstream
        if case .stream(let stream) = leaving { downstream = .connection(stream.multiplexer.connection) }
        return leaving
    }

    private func giveBuffers() {
        for buffer in [headBytes, responseBytes] { if let buffer { worker.buffers.give(buffer) } }
        headBytes = nil
        responseBytes = nil
        if let live { dropLive(live) }
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
    func answer(_ wanted: LocalAnswer) {
        guard stage != .over else { return }
        var answer = front?.adapted(wanted) ?? wanted
        if let rules = answerRules { rules.dress(&answer, allowedOrigin: record.allowedOriginText) }
        releaseUpstream(mayReuse: false)
        responseStatus = answer.status
        bytesOut = Int64(answer.body.count)
        // A client that waits for 100 (Continue) may send its body or not: only the end makes that certain.
        if answer.closes || (!requestBody.isComplete && expectsContinue) || worker.isDraining { keepsAlive = false }
        if requestBody.remaining > Int64(Self.discardLimit) { keepsAlive = false }
        let output = worker.output
        answer.write(
            to: output, minorVersion: clientMinorVersion, isHead: method == .head, keepsAlive: keepsAlive,
            date: worker.dateLine, strictTransport: strictTransport)
        let isAlive = downstream.write(output)
        output.removeAll()
        hasResponseHead = true
        guard isAlive else { return abort("client_gone") }
        if keepsAlive, !requestBody.isComplete {
            stage = .discarding
            loopDeadline(bodyIdleTimeout)
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

    /// Memory that is counted and held for it.
    var heldBytes: Int {
        requestBytes.capacity + (headBytes?.capacity ?? 0) + (responseBytes?.capacity ?? 0)
    }

    /// For how long its client has been waited for, in milliseconds, while it holds a connection to an application; 0 where
    /// nothing is waited for, and for tunnels, whose silence is nobody's fault.
    func clientDelay(_ now: Int64) -> Int64 {
        guard stage == .forwarding, upstream != nil else { return 0 }
        let due = downstream.dueAt
        guard due != .max else { return 0 }
        return max((downstream.isOutputWaiting ? worker.times.bodyIdle : bodyIdleTimeout) - (due - now), 0)
    }

    /// Ends it for the sake of others: who has nothing of an answer yet is told, others are cut.
    func shed(_ fault: ProxyFault) {
        keepsAlive = false
        switch stage {
        case .deciding, .reserved, .connecting, .forwarding:
            if hasResponseHead || downstream.isOutputWaiting { abort(fault.reason) } else { fail(fault) }
        default: abort(fault.reason)
        }
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
        downstream.wait(milliseconds)
    }
}

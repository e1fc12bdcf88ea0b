internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// The first step: which route, which credentials, and whether the loop can decide by itself.
extension Exchange {
    /// Begins with bytes that start with the head that the worker has just parsed.
    ///
    /// - Returns: how many bytes were taken: the head, and what has come of its body.
    func begin(_ bytes: RawSpan) -> Int {
        record.startedAt = MonotonicTime.microseconds
        let headLength = worker.head.headLength
        do throws(HTTPParseError) {
            try readHead(bytes)
            guard let target = try canonicalTarget(bytes) else { return headLength }
            try worker.cookies.scan(worker.head.table, in: bytes)
            try decide(bytes, target)
        } catch {
            worker.counters.count(error.kind)
            requestBody.begin(worker.head.framing, in: .request, limits: site.requestLimits)
            fail(ProxyFault(error))
        }
        guard stage != .over else { return headLength }
        return headLength + takeRequestBody(bytes, from: headLength)
    }

    /// An answer to something that is no request.
    func refuseUnparsed(_ fault: ProxyFault) {
        record.startedAt = MonotonicTime.microseconds
        record.makeRequestID(&worker.requestIDs)
        keepsAlive = false
        reason = fault.reason
        answer(fault.answer(requestID: record.requestIDText, closes: true))
    }

    private func readHead(_ bytes: RawSpan) throws(HTTPParseError) {
        // One copy would cost more than all that is read of it here.
        let worker = worker
        method = worker.head.method
        clientMinorVersion = worker.head.minorVersion
        keepsAlive = worker.head.keepsAlive && !worker.isDraining
        let most = site.configuration.limits.maxRequestsPerConnection
        if most > 0, downstream.requestCount >= most {
            if keepsAlive, !forwarding.isHTTP2 { worker.counters.count(.requestsPerConnection) }
            keepsAlive = false
        }
        // A stream serves one request; the rest of its body is not read to save it.
        if forwarding.isHTTP2 { keepsAlive = false }
        expectsContinue = worker.head.expectsContinue
        let isTrusted = !site.trustedProxies.isEmpty && site.trustedProxies.contains(downstream.peer)
        forwarding.isTrusted = isTrusted
        if isTrusted {
            forwarding.client = ForwardedFor.client(
                worker.head.table, in: bytes, peer: downstream.peer, isTrusted: site.trustedProxies.contains)
        }
        record.set(method: worker.head.methodRange, of: bytes)
        if let authority = worker.head.authority { record.set(host: authority.host, of: bytes) }
        if isTrusted, let line = worker.head.first(.xRequestID), worker.head.count(of: .xRequestID) == 1,
            RequestID.isAcceptable(line.value, in: bytes)
        {
            record.set(requestID: line.value, of: bytes)
        } else {
            record.makeRequestID(&worker.requestIDs)
        }
    }

    /// Chooses the route by the canonical path, which is left in the worker's `target`.
    ///
    /// - Returns: where path and query end; nil if the request was answered already.
    func canonicalTarget(_ bytes: RawSpan) throws(HTTPParseError) -> CanonicalTarget? {
        let output = worker.target
        output.removeAll()
        let parsed = worker.head.parsedTarget
        let target: CanonicalTarget
        if parsed.form == .asterisk {
            output.append("*")
            target = .asterisk
        } else if let found = CanonicalTarget.recognise(bytes.bytes(parsed.pathAndQuery)) {
            output.append(parsed.pathAndQuery, of: bytes)
            target = found
        } else {
            target = try CanonicalTarget.canonicalise(bytes.bytes(parsed.pathAndQuery), into: output)
            try checkSegments(bytes)
        }
        let path = ByteRange(0, target.pathLength)
        // The buffer does not change any more while this request is decided.
        unsafe record.set(path: path, of: output.bytes)
        if downstream.connection.rules.looksAtHosts, !isWelcome(bytes, target) { return nil }
        let place = unsafe worker.place(
            in: output.bytes.bytes(path), hasOtherReading: target.hasOtherReading, head: bytes)
        route = place?.only
        if route == nil, !choose(place, bytes) { return nil }
        return target
    }

    /// Chooses by the method, where that matters.
    ///
    /// - Returns: false if there is no route: the request was answered.
    private func choose(_ place: RoutePlace?, _ bytes: RawSpan) -> Bool {
        route = place.flatMap { worker.route(at: $0, head: bytes) }
        if route != nil { return true }
        requestBody.begin(worker.head.framing, in: .request, limits: site.requestLimits)
        guard let place else {
            fail(.noRoute)
            return false
        }
        worker.counters.count(.methodNotAllowed)
        reason = "method_not_allowed"
        var answer = LocalAnswer(
            405, error: "method_not_allowed", code: nil, message: "The address does not answer to this method.",
            requestID: record.requestIDText)
        answer.fields.append(("Allow", place.allowedMethods))
        self.answer(answer)
        return false
    }

    // MARK: Credentials

    func decide(_ bytes: RawSpan, _ target: CanonicalTarget) throws(HTTPParseError) {
        guard let route else { return }
        requestBody.begin(worker.head.framing, in: .request, limits: site.requestLimits)
        if route === site.reserved { return beginReserved(bytes, target) }
        if route.hasExtras, isAnswered(by: route, bytes) { return }
        if !isBodyAllowed(route) { return fail(.bodyTooLarge) }
        let handshake: WebSocketHandshake?
        do throws(WebSocketRefusal) {
            handshake =
                WebSocketHandshake.isRequested(worker.head, in: bytes)
                ? try WebSocketHandshake.parse(worker.head, in: bytes) : nil
        } catch {
            return refuseHandshake(error)
        }
        wantsUpgrade = handshake != nil
        let credentials = Credentials(
            worker.head, in: bytes, sources: route.sources, cookies: worker.cookies, handshake: handshake,
            parameter: route.queryParameter)
        if !worker.head.method.isSafe, let rule = route.crossOriginRule, credentials.restOnCookies,
            !isAllowed(rule, bytes)
        {
            worker.counters.count(.crossOrigin)
            return fail(.crossOrigin)
        }
        if handshake != nil, !mayOpenSocket(credentials, route, bytes) { return refuseOrigin() }
        let userAgent = worker.head.first(.userAgent)?.value
        if route.mayIssueSessions { record.set(userAgent: userAgent, of: bytes) }
        var decision = AuthPhase.decide(
            credentials, route: route, cache: worker.cache, userAgent: userAgent, address: forwarding.client, in: bytes,
            now: worker.now)
        if case .ask = decision {
            if isThrottled(unless: isKnown(credentials, userAgent, bytes)) { return }
            guard let found = judge(copy(credentials, userAgent, bytes), route, bytes) else { return }
            decision = found
        }
        switch decision {
        case .proceed(let entry, let change):
            identity = entry
            cookies = change
            verdict = entry != nil ? .ok : route.authentication == .none ? .notRequired : .anonymous
            if entry == nil, route.mayIssueSessions, credentials.holdsSomething {
                presented = copy(credentials, userAgent, bytes)
            }
            forward(bytes, target: target, handshake: handshake)
        case .refuse(let refusal):
            notePreference(bytes)
            refuse(refusal)
        case .ask: refuse(.unanswered)
        }
    }

    /// A copy of what the request brings, for when its head's bytes are gone.
    private func copy(_ credentials: Credentials, _ userAgent: ByteRange?, _ bytes: RawSpan) -> AuthRequest {
        AuthRequest(
            credentials, userAgent: userAgent, address: forwarding.client, in: bytes, requestID: record.requestIDText)
    }

    /// Judges a token that the loop does not know; nil where somebody has to be asked first: the request goes on when they
    /// have answered.
    private func judge(_ request: AuthRequest, _ route: Route, _ bytes: RawSpan) -> AuthDecision? {
        if route.mayIssueSessions { presented = request }
        let judgement = worker.authenticator.judge(request, route)
        if let decision = worker.authenticator.decision(on: judgement, request, route) {
            record.decidedAt = MonotonicTime.microseconds
            return decision
        }
        keepHead(bytes)
        ask(request, judgement, route)
        return nil
    }

    /// Whether the loop has verified the token before, for this very client: it may have expired since, be due for a refresh
    /// or for a question to the store, but whoever brings it guesses nothing.
    private func isKnown(_ credentials: Credentials, _ userAgent: ByteRange?, _ bytes: RawSpan) -> Bool {
        guard case .token(let token) = credentials.access else { return false }
        return worker.cache.find(token, userAgent: userAgent, address: forwarding.client, in: bytes) != nil
    }

    /// Whether the address has to wait before anybody looks at a token that is not known; then that was answered. Who is known
    /// goes on: behind one address there may be many.
    ///
    /// - Parameter isKnown: asked only where the address has to wait.
    func isThrottled(unless isKnown: @autoclosure () -> Bool) -> Bool {
        guard let seconds = worker.throttleSeconds(for: forwarding.client), !isKnown() else { return false }
        worker.counters.count(.throttled)
        reason = ProxyFault.throttled.reason
        var answer = ProxyFault.throttled.answer(requestID: record.requestIDText, closes: false)
        answer.fields = [("Retry-After", String(seconds))]
        self.answer(answer)
        return true
    }

    private func isBodyAllowed(_ route: Route) -> Bool {
        guard let most = route.configuration.maxBodyBytes else { return true }
        return requestBody.remaining <= most
    }

    private func refuseHandshake(_ refusal: WebSocketRefusal) {
        reason = "websocket_handshake"
        var answer = LocalAnswer(
            refusal.status, error: "bad_request", code: refusal == .conflictingTokens ? "credentials_ambiguous" : nil,
            message: refusal.sentence, requestID: record.requestIDText)
        if refusal == .version { answer.fields.append(("Sec-WebSocket-Version", "13")) }
        if refusal == .version { answer.fields.append(("Upgrade", "websocket")) }
        self.answer(answer)
    }

    /// Notes what only a refusal asks for, while the head's bytes are there.
    func notePreference(_ bytes: RawSpan) {
        preference = AcceptPreference.of(worker.head, in: bytes)
    }

    /// Copies the head, for when its bytes are needed after this turn.
    func keepHead(_ bytes: RawSpan) {
        notePreference(bytes)
        let buffer = headBytes ?? worker.buffers.take()
        headBytes = buffer
        buffer.removeAll()
        buffer.append(ByteRange(0, worker.head.headLength), of: bytes)
    }

    /// Answers that the credentials do not suffice.
    func refuse(_ refusal: Refusal) {
        guard let route else { return }
        verdict = refusal.code
        if case .storeUnavailable = refusal.code { reason = "store_unavailable" }
        // A refresh that came before the refusal stands: its cookies are settled and set as with any other answer.
        if case .set = refusal.cookies { cookies = refusal.cookies }
        answerWithCookies(
            RefusalAnswer.make(
                refusal, route: route, preference: preference, cookies: site.cookies,
                requestID: record.requestIDText, now: worker.now))
    }

    // MARK: The slow path

    private func ask(_ request: AuthRequest, _ judgement: Authenticator.Judgement, _ route: Route) {
        stage = .deciding
        let authenticator = worker.authenticator
        let box = LoopBound(
            (exchange: self, authenticator: authenticator, judgement: judgement, route: route), to: worker.loop)
        worker.loop.startTask {
            let (exchange, authenticator, judgement, route) = box.value
            let decision = await authenticator.decide(judgement, request, route)
            exchange.decided(decision)
        }
    }

    /// The slow path has come to a decision.
    private func decided(_ decision: AuthDecision) {
        guard stage == .deciding, let headBytes else { return }
        record.decidedAt = MonotonicTime.microseconds
        switch decision {
        case .refuse(let refusal): refuse(refusal)
        case .ask: refuse(.unanswered)
        case .proceed(let entry, let change):
            identity = entry
            cookies = change
            verdict = entry != nil ? .ok : .anonymous
            // The head was complete and without flaw before; its copy is too.
            unsafe resume(headBytes.bytes)
        }
    }

    private func resume(_ bytes: RawSpan) {
        do throws(HTTPParseError) {
            guard case .complete = try worker.parse(bytes, limits: site.requestLimits) else { return fail(.noRoute) }
            try worker.cookies.scan(worker.head.table, in: bytes)
            worker.target.removeAll()
            let parsed = worker.head.parsedTarget
            let target: CanonicalTarget
            if parsed.form == .asterisk {
                worker.target.append("*")
                target = .asterisk
            } else {
                target = try CanonicalTarget.canonicalise(bytes.bytes(parsed.pathAndQuery), into: worker.target)
            }
            var handshake: WebSocketHandshake?
            if wantsUpgrade {
                do throws(WebSocketRefusal) {
                    handshake = try WebSocketHandshake.parse(worker.head, in: bytes)
                } catch {
                    return refuseHandshake(error)
                }
            }
            forward(bytes, target: target, handshake: handshake)
        } catch {
            return fail(ProxyFault(error))
        }
        guard stage != .over else { return }
        downstream.withInput { bytes in takeRequestBody(bytes, from: 0) }
    }
}

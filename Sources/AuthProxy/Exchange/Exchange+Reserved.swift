internal import EventIO
internal import HTTPWire
internal import Tokens

/// Requests for the reserved path: read whole, answered by an endpoint, never forwarded.
extension Exchange {
    /// The body that an endpoint takes at most.
    static let reservedBodyLimit = 16 * 1024

    func beginReserved(_ bytes: RawSpan, _ target: CanonicalTarget) {
        stage = .reserved
        keepHead(bytes)
        guard requestBody.remaining <= Int64(Self.reservedBodyLimit) else {
            keepsAlive = false
            return fail(.bodyTooLarge)
        }
        if expectsContinue {
            expectsContinue = false
            worker.output.append("HTTP/1.1 100 Continue\r\n\r\n")
            let isAlive = downstream.write(worker.output)
            worker.output.removeAll()
            guard isAlive else { return downstreamBroke() }
        }
        if requestBody.isComplete { return askEndpoint() }
        loopDeadline(bodyIdleTimeout)
    }

    func reservedBodyAdvanced() {
        guard requestBytes.count <= Self.reservedBodyLimit else {
            keepsAlive = false
            return fail(.bodyTooLarge)
        }
        guard requestBody.isComplete else { return loopDeadline(bodyIdleTimeout) }
        downstream.suspendWait()
        askEndpoint()
    }

    private func askEndpoint() {
        guard let headBytes, let endpoints = worker.endpoints else { return fail(.noRoute) }
        if answersFront(headBytes) { return }
        // The copy of the head and the collected body stay as they are while they are read.
        guard let request = unsafe worker.reservedRequest(in: headBytes.bytes, body: requestBytes, of: self),
            let credentials = unsafe worker.reservedCredentials(in: headBytes.bytes, of: self)
        else { return fail(.noRoute) }
        let services = worker.services
        let needsIdentity = endpoints.needsIdentity(request)
        // Health and keys are for everybody; whatever judges a token that is not known is not.
        if needsIdentity || !method.isSafe, isThrottled(unless: credentials.request.known(in: worker.cache) != nil) {
            return
        }
        let box = LoopBound(
            (exchange: self, authenticator: worker.authenticator, decision: credentials.decision), to: worker.loop)
        let (slowPath, route) = (credentials.request, site.reserved)
        worker.loop.startTask {
            var (exchange, authenticator, decision) = box.value
            var request = request
            var change = CookieChange.none
            if needsIdentity {
                if case .ask = decision { decision = await authenticator.authenticate(slowPath, route: route) }
                change = exchange.note(decision, in: &request)
            }
            let answer = await endpoints.answer(request, services)
            // At the very end: what the store says now of a successor counts.
            if case .unchanged = answer.cookies { change = await authenticator.settle(change) }
            exchange.answered(answer, change)
        }
    }

    /// Tells a request what its credentials came to.
    private func note(_ decision: AuthDecision, in request: inout ReservedRequest) -> CookieChange {
        switch decision {
        case .proceed(let entry, let change):
            request.identity = entry?.token
            identity = entry
            verdict = entry == nil ? .anonymous : .ok
            return change
        case .refuse(let refusal):
            request.refusal = (refusal.status, refusal.code, refusal.message)
            verdict = refusal.code
            return refusal.cookies
        case .ask:
            // The slow path always decides.
            request.refusal = (503, .storeUnavailable, "The token cannot be checked now.")
            return .none
        }
    }

    private func answered(_ reserved: ReservedAnswer, _ change: CookieChange) {
        guard stage == .reserved else { return }
        if let verdict = reserved.verdict { self.verdict = verdict }
        if verdict == .storeUnavailable { reason = "store_unavailable" }
        var answer = LocalAnswer(reserved.status)
        answer.fields = reserved.fields
        answer.body = reserved.body
        answer.contentType = reserved.contentType
        answer.cacheControl = reserved.cacheControl
        switch reserved.cookies {
        case .unchanged: answer.cookies = site.cookies.lines(change, now: worker.now)
        case .set(let tokens): answer.cookies = site.cookies.lines(.set(tokens), now: worker.now)
        case .refreshCleared:
            answer.cookies = site.cookies.lines(.clear(access: false, refresh: true), now: worker.now)
        case .cleared: answer.cookies = site.cookies.lines(.clear(access: true, refresh: true), now: worker.now)
        }
        self.answer(answer)
    }
}

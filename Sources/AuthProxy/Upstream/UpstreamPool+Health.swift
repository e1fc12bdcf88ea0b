internal import EventIO

/// Which endpoints get requests: failures, health checks and names decide.
///
/// When none works, requests get 503 at once. Failures to connect may come to that; failures behind the connection may
/// not, since a request can cause them: these put out a share of the endpoints (`ejection.max_percent`), and never a
/// single one.
extension UpstreamPool {
    /// An endpoint failed a request.
    func failed(_ endpoint: UpstreamEndpoint, _ failure: EndpointHealth.Failure) {
        let rules = configuration.ejection
        guard endpoint.isUsable, endpoint.health.fail(failure, rules) else { return }
        if failure == .answer {
            let out = endpoints.count { $0.health.ejectedUntil > 0 }
            guard (out + 1) * 100 <= endpoints.count * rules.maxPercent else { return }
        }
        let now = MonotonicTime.coarseMilliseconds
        let time = endpoint.health.eject(now: now, rules)
        worker.counters.count(.ejection)
        worker.warn(
            "upstream \(name): \(endpoint.address) \(failure == .connect ? "cannot be connected to" : "does not answer"), and gets no requests for \(time) ms"
        )
        refresh()
        if usable.isEmpty {
            // The application as a whole is away: as soon as any of it is back, so are we.
            for endpoint in endpoints { endpoint.health.hasten(to: now + Int64(rules.baseSeconds * 1000)) }
        }
        scheduleReturn()
    }

    /// For how long the same is not told again of TLS, in milliseconds.
    private static let tellingPause: Int64 = 60_000

    /// There is no TLS with an endpoint, or it was refused afterwards.
    func tlsFailed(_ error: TLSError) {
        worker.counters.count(UpstreamErrorKind.tls)
        tellOfTLS(error.reason)
    }

    /// Tells the operator why there is no TLS, and not again with each request.
    func tellOfTLS(_ reason: String) {
        let now = MonotonicTime.coarseMilliseconds
        if let toldOfTLS, toldOfTLS.reason == reason, now - toldOfTLS.at < Self.tellingPause { return }
        toldOfTLS = (reason, now)
        worker.warn("upstream \(name): \(reason)")
    }

    /// A connection to an endpoint came about.
    func connected(_ endpoint: UpstreamEndpoint) {
        guard endpoint.health.failures > 0 || endpoint.health.isOnTrial else { return }
        endpoint.health.connected()
        refresh()
        serveWaiting()
    }

    /// An endpoint has answered.
    @inline(__always)
    func answered(_ endpoint: UpstreamEndpoint) {
        if endpoint.health.failures > 0 || endpoint.health.isOnTrial { recovered(endpoint) }
    }

    private func recovered(_ endpoint: UpstreamEndpoint) {
        // What was under way when it was ejected says nothing about now.
        guard endpoint.isUsable else { return }
        endpoint.health.succeed()
        refresh()
        serveWaiting()
    }

    /// What health checks have found out.
    func setHealth(of address: SocketAddress, isUp: Bool) {
        guard let endpoint = endpoints.first(where: { $0.address == address }) else { return }
        endpoint.health.isChecked = isUp
        if isUp { endpoint.health.succeed() }
        refresh()
        serveWaiting()
    }

    /// Its names stand for other addresses now. Requests under way at an address that is gone go on there.
    func replacePlaces(_ places: [UpstreamPlace]) {
        guard !places.isEmpty, places != endpoints.map(\.place) else { return }
        let old = endpoints
        endpoints = places.map { place in old.first { $0.place == place } ?? UpstreamEndpoint(place) }
        refresh()
        for endpoint in old where !endpoints.contains(where: { $0 === endpoint }) {
            endpoint.isUsable = false
            closeIdle(endpoint)
        }
        serveWaiting()
    }

    /// Finds out anew who gets requests.
    private func refresh() {
        for endpoint in endpoints {
            endpoint.isUsable = endpoint.health.isUsable
            // What is idle there is as doubtful as the endpoint.
            if !endpoint.isUsable { closeIdle(endpoint) }
        }
        usable = endpoints.filter(\.isUsable)
        trialCount = usable.count { $0.health.isOnTrial }
        if usable.isEmpty { worker.loop.atTurnEnd { [self] in serveWaiting() } }
    }

    private func scheduleReturn() {
        guard let next = endpoints.map(\.health.ejectedUntil).filter({ $0 > 0 }).min() else { return }
        let timer = returnTimer ?? LoopTimer(on: worker.loop) { [unowned self] in endEjections() }
        returnTimer = timer
        timer.fire(afterMilliseconds: max(next - MonotonicTime.coarseMilliseconds, 1))
    }

    private func endEjections() {
        let now = MonotonicTime.coarseMilliseconds
        for endpoint in endpoints { _ = endpoint.health.tryAgain(now: now) }
        refresh()
        serveWaiting()
        scheduleReturn()
    }
}

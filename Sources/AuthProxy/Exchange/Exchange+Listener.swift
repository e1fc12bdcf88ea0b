internal import HTTPWire

/// What a listener has to say about a request before anybody looks for its route: listeners that only send clients to
/// HTTPS, and those that ask for clients' certificates.
extension Exchange {
    /// Whether the request may be served on its connection; if not, it was answered.
    ///
    /// - Parameter bytes: begin with the request's head.
    func isWelcome(_ bytes: RawSpan, _ target: CanonicalTarget) -> Bool {
        let connection = downstream.connection
        let rules = connection.rules
        let buffer = worker.host
        buffer.removeAll()
        if let authority = worker.head.authority { authority.appendNormalizedHost(in: bytes, to: buffer) }
        if let redirect = rules.redirect {
            if worker.scheme(bytes, self) == .https || isHealthCheck(target) { return true }
            requestBody.begin(worker.head.framing, in: .request, limits: site.requestLimits)
            sendToHTTPS(redirect, host: buffer.string)
            return false
        }
        // The buffer stays as it is meanwhile.
        guard unsafe connection.maySpeakFor(buffer.bytes) else {
            requestBody.begin(worker.head.framing, in: .request, limits: site.requestLimits)
            fail(.misdirected)
            return false
        }
        return true
    }

    /// Who asks whether we are alive, mostly a load balancer under an address, is told so here too.
    private func isHealthCheck(_ target: CanonicalTarget) -> Bool {
        let wanted: StaticString = "/.sallyport/health"
        let path = worker.target
        // The path's length lies within the buffer.
        return target.pathLength >= wanted.utf8CodeUnitCount
            && (unsafe path.bytes.equals(ByteRange(0, wanted.utf8CodeUnitCount), wanted))
    }

    private func sendToHTTPS(_ redirect: HTTPSRedirect, host: String) {
        guard let location = redirect.location(host: host, target: worker.target.string) else {
            return fail(.misdirected)
        }
        reason = "https_redirect"
        var answer = LocalAnswer(redirect.status)
        answer.fields.append(("Location", location))
        self.answer(answer)
    }
}

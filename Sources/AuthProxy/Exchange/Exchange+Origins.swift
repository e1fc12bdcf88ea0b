internal import HTTPWire

/// What a request says of the page that sent it: CORS and CSRF.
extension Exchange {
    /// Notes what a route has that few have, and an origin that may read the answer; answers a preflight.
    ///
    /// - Returns: whether the request was answered.
    @inline(never)
    func isAnswered(by route: Route, _ bytes: RawSpan) -> Bool {
        ownTimes = route.times
        answerRules = route.answerRules
        guard let cors = route.answerRules?.cors, let origin = worker.head.first(.origin)?.value else { return false }
        if CORSPolicy.isPreflight(worker.head, in: bytes) {
            worker.counters.count(.preflight)
            reason = "preflight"
            // A front takes 204 for a yes, and would send the application a request that nobody has verified.
            if front != nil {
                fail(.preflightOfFront)
                return true
            }
            answer(cors.preflight(worker.head, in: bytes, requestID: record.requestIDText))
            return true
        }
        if !worker.head.table.isRepeated(.origin), cors.allows(origin, in: bytes) {
            record.set(allowedOrigin: origin, of: bytes)
        }
        return false
    }

    /// Whether a request that rests on cookies may change something.
    func isAllowed(_ rule: CrossOriginRule, _ bytes: RawSpan) -> Bool {
        var authority = worker.head.authority
        var isSecure = forwarding.isSecure
        if forwarding.isTrusted {
            // Of several, none is known to be the client's.
            if worker.head.count(of: .xForwardedHost) == 1, let line = worker.head.first(.xForwardedHost) {
                do throws(HTTPParseError) {
                    authority = try Authority.parse(bytes, line.value)
                } catch {
                    authority = nil
                }
            }
            if worker.head.count(of: .xForwardedProto) == 1, let line = worker.head.first(.xForwardedProto) {
                isSecure = bytes.equalsIgnoringCase(line.value, "https")
            }
        }
        return rule.allows(worker.head, in: bytes, authority: authority, isSecure: isSecure)
    }
}

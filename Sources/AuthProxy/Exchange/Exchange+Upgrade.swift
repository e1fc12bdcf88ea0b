internal import HTTPWire

/// Who may open a WebSocket, and what becomes of a token in the query.
extension Exchange {
    /// Whether the page that opens a WebSocket may do so. Browsers let pages of any origin try, and send cookies along; what
    /// stands against that is the Origin field, which they always send (RFC 6455 §10.2). A program sends none.
    ///
    /// A token that stands in the request by itself is one that the page knows; then the route's list decides, if it has one.
    func mayOpenSocket(_ credentials: Credentials, _ route: Route, _ bytes: RawSpan) -> Bool {
        let allowed = route.configuration.websocket.allowedOrigins
        guard allowed != nil || route.authentication != .none && credentials.restOnCookies,
            let line = worker.head.first(.origin)
        else { return true }
        guard worker.head.count(of: .origin) == 1 else { return false }
        let origin = bytes.string(line.value)
        return allowed?.contains(origin) == true || worker.isOwn(origin, bytes, self)
    }

    /// Cross-site WebSocket hijacking: the answer.
    func refuseOrigin() {
        worker.counters.count(.crossOrigin)
        fail(.crossOrigin)
    }

    /// Takes the token's parameter out of the query in the worker's `target`: it is nobody else's.
    func removeToken(_ parameter: QueryParameter) {
        let target = worker.target
        let whole = ByteRange(0, target.count)
        let rest = OutputBuffer(capacity: target.count)
        // The target does not change while it is read.
        guard unsafe parameter.appendOthers(of: target.bytes, whole, to: rest) else { return }
        target.removeAll()
        unsafe target.append(rest.bytes)
    }
}

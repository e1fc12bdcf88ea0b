internal import HTTPWire

/// Forward-auth: a front asks whether it may pass a request of its client on, and as whom.
///
/// The request that it asks about is written as one head (``OriginalRequest``) and goes the way of every other from
/// the parser on: its canonical path and host choose the route, all rules of which hold. Only the end differs: instead of
/// being forwarded it is answered with 200 and the identity's headers.
extension Exchange {
    /// Answers, if the request is a front's question.
    ///
    /// - Parameter question: the copy of its head.
    /// - Returns: whether it is one.
    func answersFront(_ question: OutputBuffer) -> Bool {
        // The copy does not change while it is read: what is written goes to another buffer.
        let bytes = unsafe question.bytes
        do throws(HTTPParseError) {
            guard case .complete = try worker.parse(bytes, limits: site.requestLimits) else { return false }
        } catch {
            // It could be parsed before.
            return false
        }
        guard let form = OriginalRequest.form(worker.head.parsedTarget.pathAndQuery, in: bytes) else { return false }
        guard forwarding.isTrusted else {
            fail(.strangeFront)
            return true
        }
        let original = worker.buffers.take()
        defer { worker.buffers.give(original) }
        do throws(OriginalRequest.Fault) {
            switch form {
            case .path: front = Front()
            case .fields(let query):
                guard let known = Front(query: query, in: bytes) else { throw .malformed }
                front = known
            }
            try OriginalRequest(worker.head, form, in: bytes).appendHead(worker.head, in: bytes, to: original)
        } catch {
            fail(ProxyFault(error))
            return true
        }
        judge(original)
        return true
    }

    /// Decides about the request whose head was written.
    private func judge(_ original: OutputBuffer) {
        // As above; what is needed after this turn is copied by `keepHead`.
        let bytes = unsafe original.bytes
        stage = .deciding
        do throws(HTTPParseError) {
            guard case .complete = try worker.parse(bytes, limits: site.requestLimits) else { return fail(.noRoute) }
            record.set(method: worker.head.methodRange, of: bytes)
            if let authority = worker.head.authority { record.set(host: authority.host, of: bytes) }
            guard let target = try canonicalTarget(bytes) else { return }
            // The front passes the path on as it came, and not as it was understood.
            try requireSegments(worker.head.parsedTarget.pathAndQuery, in: bytes)
            guard route !== site.reserved else { return fail(.reservedTarget) }
            try worker.cookies.scan(worker.head.table, in: bytes)
            try decide(bytes, target)
        } catch {
            worker.counters.count(error.kind)
            fail(ProxyFault(error))
        }
    }

    /// Refuses a question whose path holds segments that would take a part of the prefix before it along.
    func checkSegments(_ bytes: RawSpan) throws(HTTPParseError) {
        let range = worker.head.parsedTarget.pathAndQuery
        guard case .path = OriginalRequest.form(range, in: bytes) else { return }
        try requireSegments(range, in: bytes)
    }

    /// Refuses a path whose canonical form, in the worker's `target`, has other segments.
    private func requireSegments(_ received: ByteRange, in bytes: RawSpan) throws(HTTPParseError) {
        let target = worker.target
        // Nothing is written to the target while it is read.
        guard unsafe !CanonicalTarget.hasSegments(of: bytes.bytes(received), target.bytes) else { return }
        throw HTTPParseError(.unsettledPath, at: Int(received.start))
    }

    /// Answers that the front may pass the request on, with these header lines.
    func allow(_ identity: [UInt8]) {
        var answer = LocalAnswer(200)
        answer.identity = identity
        answerWithCookies(answer)
    }
}

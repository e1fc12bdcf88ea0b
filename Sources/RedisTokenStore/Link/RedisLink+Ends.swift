internal import EventIO
internal import Tokens

/// What the end of a connection means for those who wait, and for what comes next.
extension RedisLink {
    func ended(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        data = nil
        let wasActive = watch.isActive
        // The two belong to one server: its other connection may lead to another one soon.
        watch.stop()
        watchTimer.cancel()
        if wasActive { announce([.everything]) }
        if state == .open { lost(error, unanswered) } else { attemptEnded(error) }
        tellIfIdle()
    }

    private func attemptEnded(_ error: TokenStoreError) {
        // A server that has answered is the one that was meant.
        if !furtherAddresses.isEmpty, error.kind == .unreachable { return connect(furtherAddresses, of: serverName) }
        attemptFailed(error)
    }

    func attemptFailed(_ error: TokenStoreError) {
        trip(error, [])
        pause()
        tellIfIdle()
    }

    private func lost(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        let isShort = !hasServed && MonotonicTime.coarseMilliseconds - openedAt < Self.shortLifeMilliseconds
        if !isShort { backoff.reset() }
        // The system's connection may end at any time (an idle one above all); then the next one decides.
        guard error.kind == .unreachable, !isShort else {
            trip(error, unanswered)
            // A hanging server may be back by now; the others have just shown that they are not.
            if error.kind == .timedOut, !isShort { attempt() } else { pause() }
            return
        }
        for request in unanswered where !request.isInternal {
            if request.question.mayRepeat, !request.isRepeated {
                request.isRepeated = true
                held.append(request)
            } else {
                request.fail(error)
            }
        }
        attempt()
    }

    /// Opens the circuit: what waits fails, and what comes does so at once.
    private func trip(_ error: TokenStoreError, _ unanswered: [RedisRequest]) {
        if !isTripped { settings.log("Redis is not usable: \(error.reason)") }
        isTripped = true
        lastError = error
        let waiting = held
        held = []
        for request in unanswered + waiting where !request.isInternal { request.fail(error) }
        onTrouble?()
    }

    private func pause() {
        state = .down
        timer.fire(afterMilliseconds: backoff.next())
    }

    /// Refuses further questions, and ends when the last one is answered or has failed.
    func close(_ completion: @escaping () -> Void) {
        guard state != .closed, onIdle == nil else { return completion() }
        onIdle = { [unowned self] in
            shutDown()
            completion()
        }
        tellIfIdle()
    }

    func tellIfIdle() {
        guard let onIdle, held.isEmpty, data?.hasCallers != true else { return }
        self.onIdle = nil
        onIdle()
    }

    /// Ends at once; what waits fails.
    func shutDown() {
        state = .closed
        timer.cancel()
        watchTimer.cancel()
        // What was read here may have been kept.
        if watch.isActive { announce([.everything]) }
        watch.stop()
        sentinels?.stop()
        poll?.cancel()
        poll = nil
        let unanswered = (data?.cancel() ?? []) + held
        data = nil
        held = []
        for request in unanswered where !request.isInternal { request.fail(Self.closedError) }
    }
}

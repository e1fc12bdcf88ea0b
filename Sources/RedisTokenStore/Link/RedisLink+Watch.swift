internal import EventIO
internal import Tokens

/// The announcements of changes: how they begin, what they do, and what their loss means.
extension RedisLink {
    /// For how long a refusal that is not going to pass by itself is not tried again, in milliseconds.
    private static let refusalPauseMilliseconds: Int64 = 10_000
    /// How long a server is left alone that takes no writes at present, in milliseconds.
    private static let readOnlyPauseMilliseconds: Int64 = 150

    func observeWatch() {
        watch.onSubscribe = { [unowned self] client in
            if isSignedIn { track(redirectingTo: client) }
        }
        watch.onActive = { [unowned self] in
            watchBackoff.reset()
            if hasComplainedOfWatch { settings.log("Redis announces changes again: verdicts are kept") }
            hasComplainedOfWatch = false
            watchError = nil
            openIfReady()
        }
        watch.onChange = { [unowned self] in take($0) }
        watch.onEnd = { [unowned self] in watchEnded($0, wasActive: $1) }
    }

    /// Has what this connection reads announced to that of the watch, and proves it with a key that is read and then
    /// written.
    func track(redirectingTo client: Int64) {
        guard let data else { return }
        guard let probe = probe() else {
            return watch.fail(TokenStoreError(.unreachable, "the cluster does not say yet which keys this node has"))
        }
        watch.prove(with: probe)
        for words in [
            ["CLIENT", "TRACKING", "ON", "REDIRECT", String(client)], ["GET", probe],
            ["SET", probe, "", "PX", "1000"],
        ] {
            let request = RedisRequest(
                .command(words), at: MonotonicTime.coarseMilliseconds,
                .handler { [unowned self] result in
                    guard case .success(.error(let message)) = result else { return }
                    if message.hasPrefix("MOVED") || message.hasPrefix("CLUSTERDOWN") { onTrouble?() }
                    watch.fail(TokenStoreError(redis: message))
                })
            data.send(RedisCommand(words), for: request)
        }
    }

    /// Begins to watch where that was not possible yet.
    func startWatchIfMissing() {
        if state == .open, watch.isOff, settings.watches { retryWatch() }
    }

    func retryWatch() {
        switch state {
        case .open: if let address, probe() != nil { watch.start(to: address, as: serverName) }
        // The command connection is about to be there.
        case .connecting: watchTimer.fire(afterMilliseconds: watchBackoff.next())
        case .down, .closed: break
        }
    }

    private func watchEnded(_ error: TokenStoreError, wasActive: Bool) {
        if wasActive { announce([.everything]) }
        watchError = error
        // What keeps both connections from coming about is told once, by the other one.
        if isSignedIn { complainOfWatch() }
        isWatchSettled = true
        let pause =
            switch error.kind {
            case .unreachable, .timedOut: watchBackoff.next()
            case .readOnly: Self.readOnlyPauseMilliseconds
            case .notPermitted, .corrupt, .closed: Self.refusalPauseMilliseconds
            }
        watchTimer.fire(afterMilliseconds: pause)
        openIfReady()
    }

    /// Tells the operator that nothing is announced, if that is so and was not told before.
    func complainOfWatch() {
        guard let watchError, !hasComplainedOfWatch else { return }
        hasComplainedOfWatch = true
        settings.log("Redis announces no changes, so no verdict is kept: \(watchError.reason)")
    }

    private func take(_ change: RedisWatch.Change) {
        switch change {
        case .everything:
            data?.forEachRequest { $0.isUnfit = true }
            announce([.everything])
        case .key(let key):
            // Other keys say nothing about a token: one key answers for each.
            if let name = settings.keys.denial(ofKey: key) {
                data?.forEachRequest { request in
                    if case .denial(name) = request.question { request.isUnfit = true }
                }
                return announce([.denial(name)])
            }
            guard let token = settings.keys.token(ofKey: key) else { return }
            data?.forEachRequest { request in
                if case .verdict(token) = request.question { request.isUnfit = true }
            }
            announce([.token(token)])
        }
    }

    /// Tells the observers, in a task of this loop: callers whose verdicts came before have got theirs by then, and can
    /// have kept them.
    func announce(_ changes: [StoreInvalidation]) {
        loop.startTask { [observers] in observers.announce(changes) }
    }
}

internal import EventIO

/// What a loop does when the process, or the system, has no descriptors or no memory left for a socket.
extension Worker {
    /// Counts it, and tells the operator, though not each time.
    func noteExhaustion(_ error: IOError) {
        counters.count(LimitKind.descriptors)
        // Once in ten seconds.
        guard let suppressed = exhaustionWarnings.admit(now: MonotonicTime.coarseMilliseconds / 10_000) else { return }
        warn("\(error); it is tried again in a moment" + (suppressed > 0 ? " (and \(suppressed) times before)" : ""))
    }

    /// Tells the operator, though not each time, that clients were ended who kept others from an application.
    func noteSlowClients(of pool: UpstreamPool) {
        guard slowClientWarnings.admit(now: MonotonicTime.coarseMilliseconds / 10_000) != nil else { return }
        warn("upstream \(pool.name): all connections are in use, and slow clients that hold some of them are ended")
    }

    /// Closes upstream connections that nobody uses, so that one can be opened where it is needed.
    ///
    /// - Returns: whether there were any.
    func closeIdleUpstreams() -> Bool {
        guard pools.contains(where: { $0.idleConnections > 0 }) else { return false }
        for pool in pools { pool.closeIdle() }
        return true
    }
}

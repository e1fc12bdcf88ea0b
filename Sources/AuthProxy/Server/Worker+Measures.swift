internal import EventIO

/// What a loop measures: how long its exchanges took, how late it is, and what it has.
extension Worker {
    /// Notes how long an exchange and its phases took.
    ///
    /// - Parameter now: the monotonic clock, in microseconds.
    @inline(__always)
    func measure(_ exchange: Exchange, _ now: Int64) {
        let start = exchange.record.startedAt
        counters.note(.request, microseconds: now &- start)
        counters.add(Int(truncatingIfNeeded: exchange.requestBody.count), to: .bytesIn)
        counters.add(Int(truncatingIfNeeded: exchange.bytesOut), to: .bytesOut)
        if exchange.record.decidedAt > 0 {
            counters.note(.authentication, microseconds: exchange.record.decidedAt &- start)
        }
        guard exchange.record.firstByteAt > 0 else { return }
        let connected = exchange.record.connectedAt
        counters.note(.upstreamConnect, microseconds: connected &- exchange.record.connectStartedAt)
        counters.note(.upstreamFirstByte, microseconds: exchange.record.firstByteAt &- connected)
    }

    /// Notes how long a letter to the loop waits, and what the loop has.
    func measure() {
        // The timer itself is only precise to 20 ms. A letter lies for as long as this turn still takes.
        let posted = MonotonicTime.microseconds
        loop.post { [counters] in
            counters.note(.loopLag, microseconds: MonotonicTime.microseconds - posted)
        }
        counters.set(pools.reduce(0) { $0 + $1.idleConnections }, of: .idleUpstreamConnections)
        counters.set(pools.reduce(0) { $0 + $1.waitingRequests }, of: .waitingRequests)
        counters.set(pools.reduce(0) { $0 + $1.endpointCount - $1.usable.count }, of: .endpointsLeftOut)
        counters.set(cache.count, of: .verifiedTokens)
        counters.set(memory.bytes, of: .bufferBytes)
        counters.set(manager.store.isFailingFast ? 1 : 0, of: .storeCircuitOpen)
    }
}

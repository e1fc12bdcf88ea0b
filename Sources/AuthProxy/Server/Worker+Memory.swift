internal import EventIO
internal import HTTPWire

/// What a loop does when buffers hold more than they may: who waits for the longest is ended, and others go on.
///
/// A client that is quick holds a buffer for a moment. One that is slow holds it until its time is over, so that those whose
/// time is over soonest are the ones to end. It is done at the end of the turn, when nobody is in the middle of anything.
extension Worker {
    /// A loop's share of `limits.memory_bytes`.
    static func memoryShare(_ site: Site, _ loopCount: Int) -> Int {
        max(site.configuration.limits.memoryBytes / loopCount, 8 << 20)
    }

    func relieveLater() {
        guard !isReliefDue else { return }
        isReliefDue = true
        loop.atTurnEnd { [self] in
            isReliefDue = false
            relieve()
        }
    }

    /// Ends connections until an eighth of what buffers may hold is free again, so that not each one more costs a search.
    private func relieve() {
        guard memory.bytes > memory.limit else { return }
        // Spare ones of hundreds of uploads may be more than a loop's share: nobody is ended for what nobody uses.
        dropStock()
        guard memory.bytes > memory.limit else { return }
        let wanted = memory.bytes - memory.limit / 8 * 7
        var holders: [(connection: DownstreamConnection, bytes: Int, dueAt: Int64)] = []
        for connection in connections {
            let bytes = connection.heldBytes
            if bytes > 0 { holders.append((connection, bytes, connection.clientDueAt)) }
        }
        // Those for whom no client is waited for come last, and the largest of them first.
        holders.sort { ($0.dueAt, $1.bytes) < ($1.dueAt, $0.bytes) }
        var freed = 0
        var count = 0
        for holder in holders {
            guard freed < wanted else { break }
            freed += holder.bytes
            count += 1
            counters.count(LimitKind.memory)
            holder.connection.shed()
        }
        // Once in ten seconds.
        guard count > 0, let suppressed = memoryWarnings.admit(now: MonotonicTime.coarseMilliseconds / 10_000)
        else { return }
        warn(
            "buffers hold more than their share of limits.memory_bytes: \(count) slow clients were ended"
                + (suppressed > 0 ? " (and others, \(suppressed) times before)" : ""))
    }
}

internal import EventIO

/// What happens when all connections of a pool are in use, and requests wait: clients that take their time do not keep them
/// from others. Whoever reads an answer, or sends a body, so slowly that it has been waited for too long is ended then, the
/// slowest first. Were they let be, a few thousand of them could keep everybody from the application.
///
/// One slow client or another is normal, and has its time. Where they hold half of the pool, it is an attack, and nobody
/// else has to wait for that.
extension UpstreamPool {
    /// When nobody was found, it is looked again so much later, in milliseconds.
    private static let pause: Int64 = 100

    /// Makes room at the end of the turn, when nobody is in the middle of anything.
    func makeRoomLater() {
        guard !isRoomDue else { return }
        isRoomDue = true
        worker.loop.atTurnEnd { [self] in
            isRoomDue = false
            makeRoom()
        }
    }

    /// Ends as many exchanges as requests wait, if there are so many whose clients are waited for.
    func makeRoom() {
        let now = MonotonicTime.coarseMilliseconds
        guard waitingRequests > 0, now >= searchedUntil else { return }
        var slow: [(exchange: Exchange, delay: Int64)] = []
        let patience = worker.times.slowClient
        let leastPatience = max(patience / 8, 1)
        for connection in worker.connections {
            connection.forEachExchange { exchange in
                guard exchange.upstream?.pool === self else { return }
                let delay = exchange.clientDelay(now)
                if delay >= leastPatience { slow.append((exchange, delay)) }
            }
        }
        if slow.count < mostConnections / 2 { slow.removeAll { $0.delay < patience } }
        guard !slow.isEmpty else {
            searchedUntil = now + Self.pause
            return
        }
        slow.sort { $0.delay > $1.delay }
        for (exchange, _) in slow.prefix(waitingRequests) {
            worker.counters.count(LimitKind.slowClient)
            exchange.shed(.slowClient)
        }
        worker.noteSlowClients(of: self)
    }
}

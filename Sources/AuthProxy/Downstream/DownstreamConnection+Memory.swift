/// What it holds, and its end where there is no memory for that.
extension DownstreamConnection {
    /// Memory that is counted and held for it.
    var heldBytes: Int {
        if let multiplexer { return multiplexer.heldBytes + (output?.capacity ?? 0) }
        return (input?.capacity ?? 0) + (output?.capacity ?? 0) + (exchange?.heldBytes ?? 0)
    }

    /// When the time is over that a client has for what it is waited for; `Int64.max` where it is waited for nothing.
    var clientDueAt: Int64 { min(dueAt, multiplexer?.clientDueAt ?? .max) }

    /// Calls a function with each exchange that is under way.
    func forEachExchange(_ body: (Exchange) -> Void) {
        if let multiplexer { multiplexer.forEachExchange(body) } else if let exchange { body(exchange) }
    }

    /// There is no memory for it any more.
    func shed() {
        guard descriptor >= 0 else { return }
        if let multiplexer { return multiplexer.shed() }
        if let exchange { return exchange.shed(.noMemory) }
        if phase == .readingHead { refuse(.noMemory) } else { end() }
    }
}

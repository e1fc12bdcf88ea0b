/// Spare exchanges of one loop, with their buffers: a request on a warm loop allocates none. It belongs to its loop.
final class ExchangePool {
    /// As many as end and begin in one turn in most places, with HTTP/2 some hundreds; one of them holds some 17 KiB.
    private static let most = 256
    private var spare: [Exchange] = []

    /// A spare exchange that nobody else refers to: neither a task that comes back late, nor a method that is still on the
    /// stack. nil if there is none.
    func take() -> Exchange? {
        guard !spare.isEmpty else { return nil }
        let isFree = isKnownUniquelyReferenced(&spare[spare.count - 1])
        let last = spare.removeLast()
        return isFree ? last : nil
    }

    /// Takes an exchange that is over.
    func give(_ exchange: Exchange) {
        exchange.forget()
        if spare.count < Self.most { spare.append(exchange) }
    }

    /// Lets all of them go: the configuration that they refer to is no longer in force, or their memory is needed.
    func removeAll() { spare.removeAll() }
}

internal import Tokens

/// A token on which connections of a loop rest that outlive their requests, and which those are. It belongs to its loop.
final class LiveToken {
    let standing: TokenStanding
    /// Those that rest on it, each at its ``LiveExchange/index``.
    private(set) var exchanges: [LiveExchange] = []
    /// Whether the store announces its changes.
    var isWatched = false
    /// Whether the store has to be asked about it, for the first time or again.
    var isSuspect = false
    /// Whether it waits for its turn to be asked about.
    var isQueued = false
    /// Whether an answer is on its way.
    var isAsked = false
    /// When it is asked about again although nothing was announced, in milliseconds of the monotonic clock.
    var asksAgainAt = Int64.max

    init(_ standing: TokenStanding) { self.standing = standing }

    func add(_ live: LiveExchange) {
        live.index = exchanges.count
        live.token = self
        exchanges.append(live)
    }

    func remove(_ live: LiveExchange) {
        let last = exchanges.removeLast()
        if last !== live {
            exchanges[live.index] = last
            last.index = live.index
        }
    }

    /// Hands all of them over.
    func takeAll() -> [LiveExchange] {
        let all = exchanges
        exchanges = []
        return all
    }
}

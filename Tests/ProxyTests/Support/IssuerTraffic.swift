import SallyportTesting
import Synchronization

/// Clients of one proxy that never stop asking, with tokens that are good, tokens that are not, and tokens under names of keys
/// that nobody has. What is answered otherwise than it has to be is written down.
final class IssuerTraffic: Sendable {
    private struct State {
        var good: [String] = []
        var refused: [(token: String, code: String)] = []
        var isStopped = false
        var rounds: [Int]
        var ended = 0
        var goodAnswers = 0
        var violations: [String] = []
    }

    private let state: Mutex<State>
    private let issuer: SignedIssuer
    private let now: Int64

    /// Begins.
    ///
    /// - Parameter issuer: whose tokens name keys that do not exist; each another one.
    init(_ address: SocketAddress, clients: Int, issuer: SignedIssuer, now: Int64) {
        (self.issuer, self.now) = (issuer, now)
        state = Mutex(State(rounds: Array(repeating: 0, count: clients)))
        for client in 0..<clients { startThread { [self] in run(client, address) } }
    }

    /// Answers that good tokens got so far.
    var goodAnswers: Int { state.withLock(\.goodAnswers) }
    /// What was answered otherwise than it has to be.
    var violations: [String] { state.withLock(\.violations) }

    /// Adds tokens that are good from now on.
    func take(_ tokens: [String]) { state.withLock { $0.good += tokens } }

    /// Adds tokens that have to be refused from now on.
    func refuse(_ tokens: [String], _ code: String) { state.withLock { $0.refused += tokens.map { ($0, code) } } }

    /// Uses tokens no more, and returns when no request with one of them is under way; false if that takes too long.
    func forget(_ tokens: [String]) -> Bool {
        let known = Set(tokens)
        let before = state.withLock { state in
            state.good.removeAll { known.contains($0) }
            return state.rounds
        }
        return waitUntil { state.withLock { state in zip(state.rounds, before).allSatisfy { $0 >= $1 + 2 } } }
    }

    /// Ends it, and waits for that.
    func stop() -> Bool {
        let count = state.withLock { state in
            state.isStopped = true
            return state.rounds.count
        }
        return waitUntil { state.withLock(\.ended) == count }
    }

    private func run(_ number: Int, _ address: SocketAddress) {
        do {
            let client = try RawClient(address)
            var turn = number
            while !state.withLock(\.isStopped) {
                turn += 1
                try ask(client, turn, number)
                state.withLock { $0.rounds[number] += 1 }
            }
        } catch {
            state.withLock { $0.violations.append("client \(number): \(error)") }
        }
        state.withLock { $0.ended += 1 }
    }

    /// One request: of four, two with a good token, one with a refused one, one with a key that nobody has.
    private func ask(_ client: RawClient, _ turn: Int, _ number: Int) throws {
        let (token, code): (String?, String?) = state.withLock { state in
            switch turn % 4 {
            case 0 where !state.refused.isEmpty:
                let row = state.refused[turn / 4 % state.refused.count]
                return (row.token, row.code)
            case 1: return (nil, "token_key_unknown")
            default: return (state.good.isEmpty ? nil : state.good[turn % state.good.count], nil)
            }
        }
        let stranger = { [issuer, now] in
            try issuer.token(issuer.claims(now: now), header: ["kid": .string("x\(number)-\(turn)")])
        }
        let answer = try client.exchange("GET", "/", [("Authorization", "Bearer \(try token ?? stranger())")])
        let expected = token == nil ? "token_key_unknown" : code
        state.withLock { state in
            if answer.status == (expected == nil ? 200 : 401), answer.code == expected {
                if expected == nil { state.goodAnswers += 1 }
            } else {
                state.violations.append("\(answer.status) \(answer.code ?? "") instead of \(expected ?? "200")")
            }
        }
    }
}

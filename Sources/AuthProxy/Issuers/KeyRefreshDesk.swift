internal import EventIO
internal import Synchronization
internal import Tokens

/// Decides when tokens with an unknown `kid` have the keys of their issuer fetched, whoever sends them and however many:
/// one fetch at a time, at most one such fetch in an interval, and none for a `kid` that was missing a moment ago.
///
/// Any thread may ask; fetches begin and end on the fetching loop.
final class KeyRefreshDesk: Sendable {
    /// How many requests may wait for one fetch.
    static let waiterLimit = 4096
    /// How many missing `kid` are remembered.
    static let missingLimit = 1024
    /// For how many intervals they are.
    static let missingIntervals: Int64 = 10

    private struct Waiter {
        var keyIdentifier: String
        var continuation: CheckedContinuation<IssuerKeys.Refresh, Never>
    }

    private struct State {
        var isFetching = false
        var hasFailed = false
        var lastWish: Int64?
        var missing: [String: Int64] = [:]
        var waiters: [Waiter] = []
        var isStopped = false
    }

    private enum Step {
        case answer(IssuerKeys.Refresh)
        case wait
        case fetchAndWait
    }

    private let intervalMilliseconds: Int64
    private let state = Mutex(State())
    /// Has a fetch begin. It leads to whoever holds the desk, and goes in ``stop()``.
    private let fetch = Mutex<(@Sendable () -> Void)?>(nil)
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds of a clock that never goes back.
    init(
        intervalMilliseconds: Int64, now: @escaping @Sendable () -> Int64 = { MonotonicTime.coarseMilliseconds }
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.now = now
    }

    /// Says how a fetch begins, on any thread: ``begin()`` and ``finish(_:)`` follow.
    func onWish(_ action: @escaping @Sendable () -> Void) { fetch.withLock { $0 = action } }

    /// What a token with this `kid` has to hope for.
    func refresh(for keyIdentifier: String?, known: TokenKeys?) async -> IssuerKeys.Refresh {
        let name = keyIdentifier ?? ""
        return await withCheckedContinuation { continuation in
            let step = state.withLock { state in
                let step = decide(name, known: known, &state)
                if case .answer = step { return step }
                state.waiters.append(Waiter(keyIdentifier: name, continuation: continuation))
                return step
            }
            switch step {
            case .answer(let answer): continuation.resume(returning: answer)
            case .wait: break
            case .fetchAndWait: fetch.withLock { $0 }?()
            }
        }
    }

    private func decide(_ name: String, known: TokenKeys?, _ state: inout State) -> Step {
        if state.isStopped { return .answer(.unavailable) }
        if state.isFetching {
            return state.waiters.count < Self.waiterLimit ? .wait : .answer(.unavailable)
        }
        // Without keys the fetcher tries again by itself, with growing pauses.
        guard known != nil else { return .answer(.unavailable) }
        let now = now()
        if let until = state.missing[name], until > now { return .answer(.unchanged) }
        if let last = state.lastWish, now - last < intervalMilliseconds {
            return .answer(state.hasFailed ? .unavailable : .unchanged)
        }
        state.lastWish = now
        state.isFetching = true
        return .fetchAndWait
    }

    /// A fetch begins by itself.
    func begin() { state.withLock { $0.isFetching = true } }

    /// A fetch has ended.
    ///
    /// - Parameter keys: what it gave; nil where it failed.
    func finish(_ keys: TokenKeys?) {
        let waiters = state.withLock { state in
            state.isFetching = false
            state.hasFailed = keys == nil
            if let keys { note(keys, &state) }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: keys == nil ? .unavailable : .changed) }
    }

    /// Lets everybody go, for good.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: .unavailable) }
        fetch.withLock { $0 = nil }
    }

    /// Remembers what is missing from a new set, and forgets what is in it.
    private func note(_ keys: TokenKeys, _ state: inout State) {
        let now = now()
        let there = Set(keys.all.compactMap(\.identifier))
        state.missing = state.missing.filter { $0.value > now && !there.contains($0.key) }
        for waiter in state.waiters where !there.contains(waiter.keyIdentifier) {
            guard state.missing.count < Self.missingLimit else { break }
            state.missing[waiter.keyIdentifier] = now + intervalMilliseconds * Self.missingIntervals
        }
    }
}

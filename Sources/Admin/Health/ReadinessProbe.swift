internal import Synchronization
internal import Tokens

/// Asks the store whether it answers, at most once in a while, however many probes come: they cannot load it. Any
/// thread may ask.
///
/// A store that hangs is a store that is down: nobody waits longer than the time allowed, and while an old question is
/// still open no new one is asked.
final class ReadinessProbe: Sendable {
    /// What the store said.
    enum Finding: Sendable, Equatable {
        case works
        /// With an error, or not in time.
        case fails
    }

    private struct State {
        var last: (finding: Finding, at: ContinuousClock.Instant)?
        var isAsking = false
        /// The number of the newest question: a time limit of an older one does not count.
        var question = 0
        /// Whether the open question has taken too long.
        var isOverdue = false
        var waiting: [CheckedContinuation<Finding, Never>] = []
    }

    private let freshness: Duration
    private let patience: Duration
    private let state = Mutex(State())

    /// A probe.
    ///
    /// - Parameters:
    ///   - freshness: for how long an answer stands.
    ///   - patience: how long the store has.
    init(freshness: Duration = .seconds(1), patience: Duration = .seconds(1)) {
        self.freshness = freshness
        self.patience = patience
    }

    /// What the store says now, or said a moment ago.
    func ask(_ store: any TokenStore) async -> Finding {
        await withCheckedContinuation { continuation in
            var known: Finding?
            let question: Int? = state.withLock { state in
                if let last = state.last, ContinuousClock.now - last.at < freshness {
                    known = last.finding
                } else if state.isOverdue {
                    known = .fails
                } else {
                    state.waiting.append(continuation)
                }
                guard known == nil, !state.isAsking else { return nil }
                state.isAsking = true
                state.question += 1
                return state.question
            }
            if let known { return continuation.resume(returning: known) }
            if let question { begin(question, store) }
        }
    }

    /// Asks, apart from who waits: a task that hangs cannot be given up.
    private func begin(_ question: Int, _ store: any TokenStore) {
        let limit = Task {
            do { try await Task.sleep(for: patience) } catch { return }
            expire(question)
        }
        Task {
            var finding = Finding.works
            do throws(TokenStoreError) { try await store.ping() } catch { finding = .fails }
            limit.cancel()
            settle(finding)
        }
    }

    private func settle(_ finding: Finding) {
        let waiting = state.withLock { state in
            state.last = (finding, ContinuousClock.now)
            state.isAsking = false
            state.isOverdue = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: finding) }
    }

    private func expire(_ question: Int) {
        let waiting = state.withLock { state in
            guard state.isAsking, state.question == question else { return [CheckedContinuation<Finding, Never>]() }
            state.isOverdue = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: .fails) }
    }
}

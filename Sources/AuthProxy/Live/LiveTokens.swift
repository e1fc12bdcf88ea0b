internal import EventIO
internal import Tokens

/// The way from a session, a user or a token to the connections of a loop that live by it: WebSockets and answers without an
/// end. It belongs to its loop.
///
/// What ends a token is announced by the store under a name (a session's, or that of an entry of the deny-list; a user's
/// sessions are announced one by one). Then, when a token runs out, and when announcements were lost, the store is asked: only
/// its answer ends a connection, and its failure never does. A refresh is found when the old token runs out; the connection
/// rests on the newest token of its session from then on.
final class LiveTokens {
    private unowned let worker: Worker
    private var tokens: [TokenStanding: LiveToken] = [:]
    private var byName: [String: [ObjectIdentifier: LiveToken]] = [:]
    /// Those that the store will be asked about, from `next` on.
    private var queue: [LiveToken] = []
    private var next = 0
    private var underWay = 0
    /// The earliest expiry, in seconds since the epoch, and the earliest repetition, in milliseconds.
    private var nextExpiry = Int64.max
    private var nextRepetition = Int64.max
    private var isEverythingSuspect = false
    private var lastSweep = Int64.min / 2

    /// How many questions the store is asked at once: a sweep over many connections must not hold up requests.
    private static let questionsAtOnce = 64
    /// How long after a failure, or an answer that is not watched, a question is repeated.
    private static let repetitionMilliseconds: Int64 = 500
    /// How often all are asked about at most, whatever the store announces.
    private static let sweepMilliseconds: Int64 = 400

    init(_ worker: Worker) { self.worker = worker }

    /// How many connections there are.
    private(set) var count = 0

    // MARK: Members

    /// Has an exchange end with the token of its identity.
    func add(_ exchange: Exchange, isEventStream: Bool) {
        guard exchange.live == nil, let entry = exchange.identity else { return }
        let live = LiveExchange(exchange, isEventStream: isEventStream)
        exchange.live = live
        count += 1
        let token = token(TokenStanding(entry.token))
        token.add(live)
        // The changes of what lies in the cache are announced; everything else is asked about.
        if entry.slot >= 0, entry.epoch == worker.cache.epoch { token.isWatched = true }
        if !token.isWatched { suspect(token) }
    }

    /// The exchange is over.
    func remove(_ live: LiveExchange) {
        worker.loop.cancelDeadline(of: live)
        guard let token = live.token else { return }
        count -= 1
        live.token = nil
        token.remove(live)
        if token.exchanges.isEmpty { forget(token) }
    }

    private func token(_ standing: TokenStanding) -> LiveToken {
        if let known = tokens[standing] { return known }
        let token = LiveToken(standing)
        tokens[standing] = token
        for name in standing.announcedNames { byName[name, default: [:]][ObjectIdentifier(token)] = token }
        nextExpiry = min(nextExpiry, standing.expiresAt)
        return token
    }

    private func forget(_ token: LiveToken) {
        guard tokens[token.standing] === token else { return }
        tokens[token.standing] = nil
        for name in token.standing.announcedNames {
            byName[name]?[ObjectIdentifier(token)] = nil
            if byName[name]?.isEmpty == true { byName[name] = nil }
        }
    }

    // MARK: Signs

    /// Follows an announcement of the store.
    func invalidate(_ change: StoreInvalidation) {
        guard count > 0 else { return }
        switch change {
        case .everything: isEverythingSuspect = true
        case .session(let name), .denial(let name): for token in (byName[name] ?? [:]).values { suspect(token) }
        case .token(let reference):
            for token in (byName[reference.session] ?? [:]).values where token.standing.token == .own(reference) {
                suspect(token)
            }
        }
    }

    /// Looks at what has run out; called ten times a second.
    func tick() {
        guard count > 0 else { return }
        let clock = MonotonicTime.coarseMilliseconds
        if isEverythingSuspect, clock - lastSweep >= Self.sweepMilliseconds {
            isEverythingSuspect = false
            lastSweep = clock
            for token in tokens.values { suspect(token) }
        }
        let now = worker.now
        guard now >= nextExpiry || clock >= nextRepetition else { return }
        nextExpiry = .max
        nextRepetition = .max
        for token in tokens.values {
            if token.standing.expiresAt <= now, token.asksAgainAt == .max || token.asksAgainAt <= clock {
                suspect(token)
            } else if token.asksAgainAt <= clock {
                suspect(token)
            } else {
                note(token, now: now)
            }
        }
    }

    /// Has the next look not miss a token.
    private func note(_ token: LiveToken, now: Int64) {
        if token.standing.expiresAt > now { nextExpiry = min(nextExpiry, token.standing.expiresAt) }
        nextRepetition = min(nextRepetition, token.asksAgainAt)
    }

    // MARK: Questions

    private func suspect(_ token: LiveToken) {
        token.isSuspect = true
        token.asksAgainAt = .max
        guard !token.isQueued, !token.isAsked else { return }
        token.isQueued = true
        queue.append(token)
        ask()
    }

    private func ask() {
        while underWay < Self.questionsAtOnce, next < queue.count {
            let token = queue[next]
            next += 1
            token.isQueued = false
            guard !token.exchanges.isEmpty else { continue }
            token.isSuspect = false
            token.isAsked = true
            underWay += 1
            let standing = token.standing
            let manager = worker.authenticator.manager
            let box = LoopBound((tokens: self, token: token), to: worker.loop)
            worker.loop.startTask {
                let verdict: StandingVerdict?
                do throws(TokenError) {
                    verdict = try await manager.verdict(on: standing)
                } catch {
                    // The store cannot tell, which is no reason to end anything.
                    verdict = nil
                }
                box.value.tokens.answered(box.value.token, verdict)
            }
        }
        guard next == queue.count else { return }
        queue.removeAll(keepingCapacity: queue.count < 1024)
        next = 0
    }

    private func answered(_ token: LiveToken, _ verdict: StandingVerdict?) {
        underWay -= 1
        token.isAsked = false
        switch verdict {
        case .expired: end(token, .expired)
        case .revoked: end(token, .revoked)
        case .holds(let standing, let isWatched):
            let token = standing == token.standing ? token : move(token, to: standing)
            token.isWatched = isWatched
            // The look that led to the question has forgotten it.
            nextExpiry = min(nextExpiry, standing.expiresAt)
            // An announcement that crossed the answer may have made it old.
            if token.isSuspect { suspect(token) } else if !isWatched { repeatLater(token) }
        case nil:
            token.isWatched = false
            repeatLater(token)
        }
        ask()
    }

    private func repeatLater(_ token: LiveToken) {
        token.asksAgainAt = MonotonicTime.coarseMilliseconds + Self.repetitionMilliseconds
        nextRepetition = min(nextRepetition, token.asksAgainAt)
    }

    /// A refresh has given the session a newer token.
    private func move(_ old: LiveToken, to standing: TokenStanding) -> LiveToken {
        let new = token(standing)
        for live in old.takeAll() { new.add(live) }
        if old.isSuspect { new.isSuspect = true }
        forget(old)
        return new
    }

    private func end(_ token: LiveToken, _ ending: LiveEnding) {
        // Each leaves the list when it is over, some at once.
        for live in token.exchanges where live.ending == nil { live.exchange.end(with: ending) }
    }
}

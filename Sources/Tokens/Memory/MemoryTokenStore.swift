internal import Synchronization

/// The store of a single process that may forget everything when it ends: tests, examples, small tools.
///
/// It holds the reference semantics of the contract: each method is one step under one lock, and no step takes longer
/// than what it changes. Verdicts are always watched; observers are called on the caller's thread after the lock was
/// given back.
public final class MemoryTokenStore: TokenStore {
    private let state = Mutex(MemoryState())

    /// An empty store.
    public init() {}

    public func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]
    {
        try change { state in
            state.insert(session)
            guard let limit else { return [] }
            let surplus = limit.surplus(of: state.records(of: session.subject, now: now), beside: session.identifier)
            for record in surplus { _ = state.end(record.identifier, now: now) }
            return surplus
        }
    }

    public func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64)
        async throws(TokenStoreError) -> Bool
    {
        try change { state in
            if requiresSession, state.record(of: token.reference.session, now: now) == nil { return false }
            state.insert(token, subject: subject)
            return true
        }
    }

    public func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict {
        try change { state in state.verdict(on: token, now: now) }
    }

    public func verdictAtOnce(on token: TokenReference, now: Int64) throws(TokenStoreError) -> TokenVerdict? {
        try state.withLock { state throws(TokenStoreError) in
            guard !state.isClosed else { throw Self.closedError }
            return state.verdict(on: token, now: now)
        }
    }

    public func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)
    {
        try change { state in
            guard let record = state.record(of: session, now: now), record.current.number == number,
                !record.isConfirmed
            else { return }
            state.update(RotationRules.confirmed(record, graceSeconds: graceSeconds, now: now))
            state.announceCurrentTokens(of: record)
        }
    }

    public func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome {
        try change { state in
            guard let record = state.record(of: request.session, now: request.now) else { return .revoked }
            let outcome = RotationRules.rotate(request, in: record) { identifier in
                state.isListed(
                    TokenReference(session: request.session, type: .refresh, identifier: identifier), now: request.now)
            }
            switch outcome {
            case .rotated(let successor):
                state.insert(successor)
                state.announceCurrentTokens(of: record)
            case .reused: _ = state.end(request.session, now: request.now)
            case .repeated, .revoked: break
            }
            return outcome
        }
    }

    public func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool {
        try change { state in state.remove(token, now: now) }
    }

    public func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try change { state in state.end(session, now: now) }
    }

    public func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int {
        try change { state in
            state.sessionIdentifiers(of: subject).count { state.end($0, now: now) }
        }
    }

    public func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord] {
        try change { state in state.records(of: subject, now: now) }
    }

    public func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord? {
        try change { state in state.record(of: identifier, now: now) }
    }

    public func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try change { state in
            guard var record = state.record(of: session, now: now) else { return false }
            record.claims = claims
            state.update(record)
            return true
        }
    }

    public func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError) {
        try change { state in state.deny(denial) }
    }

    public func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict {
        try change { state in DenialVerdict(isDenied: state.isDenied(token, now: now), isWatched: true) }
    }

    public func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int {
        try change { state in state.removeExpired(now: now, limit: limit) }
    }

    public func ping() async throws(TokenStoreError) {
        try change { _ in }
    }

    public func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {
        state.withLock { state in
            if !state.isClosed { state.observers.append(observer) }
        }
    }

    public func close() async {
        state.withLock { $0 = MemoryState(isClosed: true) }
    }

    private static let closedError = TokenStoreError(.closed, "the store was closed")

    /// One step under the lock; afterwards its changes are announced.
    private func change<Value: Sendable>(_ step: (inout MemoryState) -> Value) throws(TokenStoreError) -> Value {
        let (value, changes, observers) = try state.withLock { state throws(TokenStoreError) in
            guard !state.isClosed else { throw Self.closedError }
            let value = step(&state)
            let changes = state.changes
            state.changes.removeAll()
            return (value, changes, changes.isEmpty ? [] : state.observers)
        }
        for observer in observers {
            for change in changes { observer(change) }
        }
        return value
    }
}

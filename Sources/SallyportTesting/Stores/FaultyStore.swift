internal import Synchronization
public import Tokens

/// A store in front of another one that fails, or does not answer, when a test says so, and counts what it is asked.
///
/// Safe to share: its state is behind a mutex.
public final class FaultyStore: TokenStore {
    /// How it answers.
    public enum Mode: Sendable, Equatable {
        /// As the store behind it.
        case works
        /// With an error.
        case fails(TokenStoreError.Kind)
        /// Not before ``release()``; then as the mode of that moment says.
        case hangs
        /// It does what it is asked, and keeps the answer to itself until ``release()``.
        case holdsAnswers
        /// It does what it is asked, and answers with an error: a connection that breaks at the wrong moment.
        case losesAnswers(TokenStoreError.Kind)
    }

    /// What it is asked.
    public enum Operation: Sendable, Hashable {
        case insert, verdict, confirm, rotate, revoke, end, list, update, cleanup, ping, deny, denial
    }

    private struct State {
        var mode = Mode.works
        var affected: Set<Operation>? = nil
        var counts: [Operation: Int] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var observers: [@Sendable (StoreInvalidation) -> Void] = []

        func mode(for operation: Operation) -> Mode { affected?.contains(operation) ?? true ? mode : .works }
    }

    private let store: any TokenStore
    private let state = Mutex(State())

    /// Stands in front of a store.
    public init(_ store: any TokenStore = MemoryTokenStore()) {
        self.store = store
        // The store behind may outlive this one.
        store.observeInvalidations { [weak self] change in self?.announce(change) }
    }

    /// Changes how it answers from now on.
    ///
    /// - Parameter operations: the operations it holds for, the rest works; nil for all.
    public func set(_ mode: Mode, for operations: Set<Operation>? = nil) {
        state.withLock { state in
            state.mode = mode
            state.affected = operations
        }
    }

    /// Lets everything that hangs go on, and works from now on.
    public func release() {
        let waiting = state.withLock { state in
            state.mode = .works
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// How often an operation was asked for.
    public func count(of operation: Operation) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    /// How many operations hang at the moment.
    public var hanging: Int { state.withLock { $0.waiting.count } }

    /// Tells the observers of a change that the store behind has not made, such as the loss of everything.
    public func announce(_ change: StoreInvalidation) {
        for observer in state.withLock({ $0.observers }) { observer(change) }
    }

    /// Has the store behind do something, as the mode says.
    private func perform<Value: Sendable>(
        _ operation: Operation, _ step: () async throws(TokenStoreError) -> Value
    ) async throws(TokenStoreError) -> Value {
        state.withLock { $0.counts[operation, default: 0] += 1 }
        await wait(in: .hangs, operation)
        if case .fails(let kind) = state.withLock({ $0.mode(for: operation) }) { throw Self.failure(kind) }
        let value = try await step()
        await wait(in: .holdsAnswers, operation)
        if case .losesAnswers(let kind) = state.withLock({ $0.mode(for: operation) }) { throw Self.failure(kind) }
        return value
    }

    private func wait(in mode: Mode, _ operation: Operation) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard state.mode(for: operation) == mode else { return false }
                state.waiting.append(continuation)
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    private static func failure(_ kind: TokenStoreError.Kind) -> TokenStoreError {
        TokenStoreError(kind, "the test has the store fail")
    }

    public func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]
    {
        try await perform(.insert) { () async throws(TokenStoreError) in
            try await store.insert(session, limit: limit, now: now)
        }
    }

    public func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64)
        async throws(TokenStoreError) -> Bool
    {
        try await perform(.insert) { () async throws(TokenStoreError) in
            try await store.insert(token, subject: subject, requiresSession: requiresSession, now: now)
        }
    }

    public func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict {
        try await perform(.verdict) { () async throws(TokenStoreError) in
            try await store.verdict(on: token, now: now)
        }
    }

    public func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)
    {
        try await perform(.confirm) { () async throws(TokenStoreError) in
            try await store.confirm(session, generation: number, graceSeconds: graceSeconds, now: now)
        }
    }

    public func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome {
        try await perform(.rotate) { () async throws(TokenStoreError) in try await store.rotate(request) }
    }

    public func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool {
        try await perform(.revoke) { () async throws(TokenStoreError) in try await store.revoke(token, now: now)
        }
    }

    public func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await perform(.end) { () async throws(TokenStoreError) in
            try await store.endSession(session, now: now)
        }
    }

    public func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int {
        try await perform(.end) { () async throws(TokenStoreError) in
            try await store.endAllSessions(of: subject, now: now)
        }
    }

    public func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord] {
        try await perform(.list) { () async throws(TokenStoreError) in
            try await store.sessions(of: subject, now: now)
        }
    }

    public func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord? {
        try await perform(.list) { () async throws(TokenStoreError) in
            try await store.session(identifier, now: now)
        }
    }

    public func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await perform(.update) { () async throws(TokenStoreError) in
            try await store.updateClaims(of: session, to: claims, now: now)
        }
    }

    public func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError) {
        try await perform(.deny) { () async throws(TokenStoreError) in try await store.deny(denial, now: now) }
    }

    public func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict {
        try await perform(.denial) { () async throws(TokenStoreError) in
            try await store.denial(of: token, now: now)
        }
    }

    public func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int {
        try await perform(.cleanup) { () async throws(TokenStoreError) in
            try await store.removeExpired(now: now, limit: limit)
        }
    }

    public func ping() async throws(TokenStoreError) {
        try await perform(.ping) { () async throws(TokenStoreError) in try await store.ping() }
    }

    public func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Lets everything that hangs go on, and forgets the observers. The store behind stays open: its owner is the test,
    /// which may go on with it.
    public func close() async {
        release()
        state.withLock { $0.observers = [] }
    }
}

/// Where sessions and tokens are kept: an allow-list that several processes may share.
///
/// What is not in the store is revoked. Each method is one atomic step. Time comes from the caller, in seconds since
/// the epoch, so that a test moves it by hand. A failure of the store is a ``TokenStoreError`` and never told as a
/// verdict. `SallyportTesting` holds the contract that each conformer passes.
public protocol TokenStore: Sendable {
    /// Stores a new session together with both tokens of its first generation, and lists it under its user. The
    /// user's index is written first, so that ``endAllSessions(of:now:)`` misses none.
    ///
    /// - Parameters:
    ///   - session: its record.
    ///   - limit: how many sessions the user may have then; nil: any number. A store whose sessions lie in several places,
    ///     such as a Redis Cluster, ends the surplus after the new one was written: of two sign-ins at once the one
    ///     that the user's index lists first ends, be it by itself, and the limit holds when both are over.
    ///   - now: the time, in seconds since the epoch.
    /// - Returns: the sessions that ended because of the limit, as they were.
    func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]

    /// Adds one token to the allow-list. Its session need not exist: such a token stands for itself, and `subject`
    /// (where given) lists its session under the user. Returns false, and stores nothing, when `requiresSession` is
    /// true and the session has ended meanwhile.
    func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64) async throws(TokenStoreError)
        -> Bool

    /// Whether a token is on the allow-list.
    func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict

    /// As ``verdict(on:now:)``, for a store that can tell without waiting for anybody, on any thread; nil for one that
    /// cannot. Callers on the hot path ask it first.
    func verdictAtOnce(on token: TokenReference, now: Int64) throws(TokenStoreError) -> TokenVerdict?

    /// Notes that a token of generation `number` of the session was presented: its predecessors' grace begins now.
    /// Does nothing if that generation is not the newest or was confirmed already.
    func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)

    /// Exchanges a refresh token: a compare-and-swap that makes exactly one successor. See ``RotationRules``.
    func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome

    /// Takes one token off the allow-list; true if it was on it. An explicit revocation is never healed by a refresh.
    func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool

    /// Ends a session and takes all its tokens off the allow-list in the same step; true if there was any of it.
    func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool

    /// Ends all sessions of a user; the number of sessions that lived.
    func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int

    /// The user's living sessions, the oldest first.
    func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord]

    /// A living session.
    func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord?

    /// Replaces the session's claims (the text of one JSON object) for all tokens made from now on; false if the
    /// session does not live.
    func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool

    /// Puts an entry on the deny-list for tokens of foreign issuers. Of two entries about the same, what is later counts,
    /// for either of the two dates: nothing that was denied becomes good by it.
    func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError)

    /// Whether an entry of the deny-list is about a foreign token.
    func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict

    /// Forgets at most `limit` expired entries and returns how many; 0 where expiry is automatic.
    func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int

    /// Succeeds if the store answers and can be written to.
    func ping() async throws(TokenStoreError)

    /// Whether questions fail at once because the store is known to be down. For people who watch: a caller asks, and
    /// takes the failure. Told on the threads that the store serves; false elsewhere.
    var isFailingFast: Bool { get }

    /// Has `observer` called, on any thread, after each change that makes a watched verdict unfit, whichever process
    /// made it. The observer stays until the store is closed.
    func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void)

    /// Releases what the store holds; further calls fail with ``TokenStoreError``.
    func close() async
}

extension TokenStore {
    /// A store that has to ask somebody.
    public func verdictAtOnce(on token: TokenReference, now: Int64) throws(TokenStoreError) -> TokenVerdict? { nil }

    /// A store without a memory of failures.
    public var isFailingFast: Bool { false }

    /// Stores a new session, whatever number of them the user has.
    public func insert(_ session: SessionRecord, now: Int64) async throws(TokenStoreError) {
        _ = try await insert(session, limit: nil, now: now)
    }
}

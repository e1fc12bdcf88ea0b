import SallyportTesting
import Tokens

/// A store whose announcements get lost, though it says that it watches.
final class SilentStore: TokenStore {
    private let store: any TokenStore

    init(_ store: any TokenStore) { self.store = store }

    func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {}

    func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]
    { try await store.insert(session, limit: limit, now: now) }

    func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64) async throws(TokenStoreError)
        -> Bool
    { try await store.insert(token, subject: subject, requiresSession: requiresSession, now: now) }

    func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict {
        try await store.verdict(on: token, now: now)
    }

    func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)
    { try await store.confirm(session, generation: number, graceSeconds: graceSeconds, now: now) }

    func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome {
        try await store.rotate(request)
    }

    func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool {
        try await store.revoke(token, now: now)
    }

    func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await store.endSession(session, now: now)
    }

    func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int {
        try await store.endAllSessions(of: subject, now: now)
    }

    func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord] {
        try await store.sessions(of: subject, now: now)
    }

    func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord? {
        try await store.session(identifier, now: now)
    }

    func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await store.updateClaims(of: session, to: claims, now: now)
    }

    func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError) {
        try await store.deny(denial, now: now)
    }

    func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict {
        try await store.denial(of: token, now: now)
    }

    func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int {
        try await store.removeExpired(now: now, limit: limit)
    }

    func ping() async throws(TokenStoreError) { try await store.ping() }

    func close() async { await store.close() }
}

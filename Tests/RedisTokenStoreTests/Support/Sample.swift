import Tokens

@testable import RedisTokenStore

/// Sessions and tokens for tests; time begins at 1000.
enum Sample {
    static let now: Int64 = 1000

    static func session(_ identifier: String = "s1", subject: String = "alice") -> SessionRecord {
        SessionRecord(
            identifier: identifier, subject: subject, claims: "{}", createdAt: now, lastSeenAt: now,
            clientAddress: "192.0.2.1", userAgent: nil, current: generation(1, of: identifier))
    }

    static func generation(_ number: Int64, of session: String) -> TokenGeneration {
        TokenGeneration(
            number: number, accessIdentifier: "\(session)-a\(number)", refreshIdentifier: "\(session)-r\(number)",
            issuedAt: now, accessExpiresAt: now + 1800, refreshExpiresAt: now + 86_400)
    }

    static func rotation(_ session: String = "s1", presenting number: Int64) -> RotationRequest {
        RotationRequest(
            session: session, presented: "\(session)-r\(number)", presentedGeneration: number,
            candidate: generation(number + 1, of: session), graceSeconds: 30, now: now)
    }

    static func access(_ number: Int64 = 1, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .access, identifier: "\(session)-a\(number)")
    }
}

extension RedisStore {
    /// Whether the token of ``Sample`` is good and watched.
    func isWatched(_ token: TokenReference = Sample.access()) async throws -> Bool {
        try await verdict(on: token, now: Sample.now) == .live(isConfirmed: true, isWatched: true)
    }

    /// The kind of failure that a question meets; nil if it is answered.
    func failure(_ token: TokenReference = Sample.access()) async -> TokenStoreError.Kind? {
        do {
            _ = try await verdict(on: token, now: Sample.now)
            return nil
        } catch {
            return error.kind
        }
    }
}

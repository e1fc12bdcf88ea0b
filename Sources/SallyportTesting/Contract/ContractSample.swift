import Tokens

/// Sessions and tokens of the contract's checks. Time begins at ``start``; access tokens live 1800 s, refresh tokens
/// 86,400 s, the grace is 30 s.
enum ContractSample {
    static let start: Int64 = 1_000_000
    static let grace: Int64 = 30

    static func generation(_ number: Int64, of session: String, at time: Int64, variant: String = "") -> TokenGeneration
    {
        TokenGeneration(
            number: number, accessIdentifier: "\(session)-a\(number)\(variant)",
            refreshIdentifier: "\(session)-r\(number)\(variant)", issuedAt: time, accessExpiresAt: time + 1800,
            refreshExpiresAt: time + 86_400)
    }

    static func session(_ identifier: String = "s1", of subject: String = "alice", at time: Int64 = start)
        -> SessionRecord
    {
        SessionRecord(
            identifier: identifier, subject: subject, claims: #"{"name":"Änne \"A\"","roles":["admin",1.50,null]}"#,
            createdAt: time, lastSeenAt: time, clientAddress: "2001:db8::1", userAgent: "Agent \u{1F600} '\";--",
            current: generation(1, of: identifier, at: time))
    }

    /// A wish to exchange refresh token number `number` for its successor.
    static func rotation(
        _ number: Int64, of session: String = "s1", at time: Int64, candidate: Int64? = nil, variant: String = ""
    ) -> RotationRequest {
        RotationRequest(
            session: session, presented: "\(session)-r\(number)", presentedGeneration: number,
            candidate: generation(candidate ?? number + 1, of: session, at: time, variant: variant),
            graceSeconds: grace, now: time)
    }

    static func access(_ number: Int64, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .access, identifier: "\(session)-a\(number)")
    }

    static func refresh(_ number: Int64, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .refresh, identifier: "\(session)-r\(number)")
    }

    static func websocket(_ number: Int64, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .websocket, identifier: "\(session)-w\(number)")
    }
}

extension TokenVerdict {
    /// The verdict without whether it is watched, in which stores differ.
    var isLive: Bool {
        switch self {
        case .live: true
        case .revoked: false
        }
    }

    /// Whether the token is good and its generation was presented before.
    var isConfirmed: Bool? {
        switch self {
        case .live(let isConfirmed, _): isConfirmed
        case .revoked: nil
        }
    }
}

extension TokenStore {
    /// Holds the store to a token being good, or not.
    func expect(_ token: TokenReference, isLive: Bool, at now: Int64, _ rule: String) async throws {
        let found = try await verdict(on: token, now: now)
        try SallyportTesting.expect(found.isLive == isLive, rule, found: "\(token) at \(now) is \(found)")
        if let atOnce = try verdictAtOnce(on: token, now: now) {
            try SallyportTesting.expect(atOnce, is: found, "What a store says at once is what it says when it is asked")
        }
    }

    /// Rotates and holds the store to having installed the candidate.
    @discardableResult
    func expectRotated(_ request: RotationRequest, _ rule: String) async throws -> SessionRecord {
        let outcome = try await rotate(request)
        guard case .rotated(let record) = outcome else { throw ContractViolation(rule: rule, found: "\(outcome)") }
        var candidate = request.candidate
        candidate.number = record.current.number
        try SallyportTesting.expect(record.current, is: candidate, "A rotation installs its candidate")
        try SallyportTesting.expect(record.isConfirmed, is: false, "A new generation is unconfirmed")
        return record
    }

    /// Rotates and holds the store to having given the newest generation again.
    @discardableResult
    func expectRepeated(_ request: RotationRequest, _ rule: String) async throws -> SessionRecord {
        let outcome = try await rotate(request)
        guard case .repeated(let record) = outcome else { throw ContractViolation(rule: rule, found: "\(outcome)") }
        return record
    }

    /// Rotates and holds the store to having ended the session.
    @discardableResult
    func expectReused(_ request: RotationRequest, _ rule: String) async throws -> SessionRecord {
        let outcome = try await rotate(request)
        guard case .reused(let record) = outcome else { throw ContractViolation(rule: rule, found: "\(outcome)") }
        return record
    }

    /// Rotates and holds the store to having refused without ending anything.
    func expectRevoked(_ request: RotationRequest, _ rule: String) async throws {
        let outcome = try await rotate(request)
        guard outcome == .revoked else { throw ContractViolation(rule: rule, found: "\(outcome)") }
    }
}

import Tokens

/// Sessions and tokens for tests; time begins at 1000.
enum Sample {
    static func generation(_ number: Int64, of session: String, at time: Int64 = 1000) -> TokenGeneration {
        TokenGeneration(
            number: number, accessIdentifier: "\(session)-a\(number)", refreshIdentifier: "\(session)-r\(number)",
            issuedAt: time, accessExpiresAt: time + 1800, refreshExpiresAt: time + 86_400)
    }

    static func session(_ identifier: String = "s1", subject: String = "alice", at time: Int64 = 1000) -> SessionRecord
    {
        SessionRecord(
            identifier: identifier, subject: subject, claims: #"{"name":"Änne \"A\""}"#, createdAt: time,
            lastSeenAt: time, clientAddress: "2001:db8::1", userAgent: nil,
            current: generation(1, of: identifier, at: time))
    }

    static func rotation(_ session: String = "s1", presenting number: Int64, at time: Int64) -> RotationRequest {
        RotationRequest(
            session: session, presented: "\(session)-r\(number)", presentedGeneration: number,
            candidate: generation(number + 1, of: session, at: time), graceSeconds: 30, now: time)
    }

    static func access(_ number: Int64, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .access, identifier: "\(session)-a\(number)")
    }

    static func refresh(_ number: Int64, of session: String = "s1") -> TokenReference {
        TokenReference(session: session, type: .refresh, identifier: "\(session)-r\(number)")
    }
}

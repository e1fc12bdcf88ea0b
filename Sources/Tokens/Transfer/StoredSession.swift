/// All that a store knows of one session: its record and those of its tokens that are on the allow-list. It is what
/// goes from one store into another; like the stores themselves it holds names and times, and no token.
package struct StoredSession: Sendable, Equatable {
    /// The session's name (`sid`).
    package var identifier: String
    /// The record; nil where only tokens that stand for themselves bear the session's name.
    package var record: SessionRecord?
    /// The user under whom the session is listed where there is no record.
    package var subject: String?
    /// The tokens that are on the list.
    package var tokens: [StoredToken]

    /// Describes a session of a store.
    package init(
        identifier: String, record: SessionRecord? = nil, subject: String? = nil, tokens: [StoredToken] = []
    ) {
        self.identifier = identifier
        self.record = record
        self.subject = subject
        self.tokens = tokens
    }

    /// Whose session it is, if that is known.
    package var owner: String? { record?.subject ?? subject }

    /// When the last of it has expired.
    package var expiresAt: Int64 { max(record?.expiresAt ?? .min, tokens.map(\.expiresAt).max() ?? .min) }

    /// What still lives of it; nil if nothing does.
    package func living(at now: Int64) -> StoredSession? {
        var session = self
        session.tokens.removeAll { $0.expiresAt <= now }
        if let record, record.expiresAt <= now { session.record = nil }
        return session.record == nil && session.tokens.isEmpty ? nil : session
    }

    /// Whether a token is one of a generation that nobody has presented yet.
    package func isUnconfirmed(_ token: TokenReference) -> Bool {
        guard let record, !record.isConfirmed else { return false }
        return record.current.tokens(in: identifier).contains { $0.reference == token }
    }
}

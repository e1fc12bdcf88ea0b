public import Tokens

extension SQLiteStore {
    public func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]
    {
        try await write { connection, changes throws(SQLiteError) in
            try connection.put(session)
            try connection.putTokens(of: session)
            // A verdict of "revoked" may have been kept for these names.
            changes = session.current.references(in: session.identifier).map { .token($0) }
            guard let limit else { return [] }
            let surplus = limit.surplus(
                of: try connection.sessions(of: session.subject, now: now), beside: session.identifier)
            for record in surplus {
                _ = try connection.end(record.identifier, now: now)
                changes.append(.session(record.identifier))
            }
            return surplus
        }
    }

    public func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome {
        try await write { connection, changes throws(SQLiteError) in
            guard let record = try connection.session(request.session, now: request.now) else { return .revoked }
            let isListed = try connection.isListed(
                TokenReference(session: request.session, type: .refresh, identifier: request.presented),
                now: request.now)
            let outcome = RotationRules.rotate(request, in: record) { _ in isListed }
            switch outcome {
            case .rotated(let successor):
                try connection.put(successor)
                try connection.putTokens(of: successor)
                changes =
                    (record.current.references(in: request.session)
                    + successor.current.references(in: request.session)).map { .token($0) }
            case .reused:
                _ = try connection.end(request.session, now: request.now)
                changes = [.session(request.session)]
            case .repeated, .revoked: break
            }
            return outcome
        }
    }

    public func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)
    {
        try await write { connection, changes throws(SQLiteError) in
            guard let record = try connection.session(session, now: now), record.current.number == number,
                !record.isConfirmed
            else { return }
            try connection.put(RotationRules.confirmed(record, graceSeconds: graceSeconds, now: now))
            try connection.confirmTokens(of: session)
            changes = record.current.references(in: session).map { .token($0) }
        }
    }

    public func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await write { connection, changes throws(SQLiteError) in
            changes = [.session(session)]
            return try connection.end(session, now: now)
        }
    }

    public func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int {
        try await write { connection, changes throws(SQLiteError) in
            var count = 0
            for session in try connection.sessionIdentifiers(of: subject) {
                if try connection.end(session, now: now) { count += 1 }
                changes.append(.session(session))
            }
            return count
        }
    }

    public func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord] {
        try await read { connection throws(SQLiteError) in try connection.sessions(of: subject, now: now) }
    }

    public func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord? {
        try await read { connection throws(SQLiteError) in try connection.session(identifier, now: now) }
    }

    public func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try await write { connection, _ throws(SQLiteError) in
            try connection.updateClaims(of: session, to: claims, now: now)
        }
    }
}

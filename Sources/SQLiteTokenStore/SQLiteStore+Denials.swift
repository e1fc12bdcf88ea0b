public import Tokens

extension SQLiteStore {
    public func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError) {
        try await write { connection, changes throws(SQLiteError) in
            try connection.put(DenialEntry(denial))
            changes = [.denial(denial.key.storedName)]
        }
    }

    public func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict {
        // Asked before the read: what changes between the two is announced as well.
        let isWatched = isWatching
        return try await read { connection throws(SQLiteError) in
            DenialVerdict(isDenied: try connection.isDenied(token, now: now), isWatched: isWatched)
        }
    }
}

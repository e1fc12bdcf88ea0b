public import Tokens

extension SQLiteStore {
    public func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64)
        async throws(TokenStoreError) -> Bool
    {
        try await write { connection, changes throws(SQLiteError) in
            if requiresSession, try connection.session(token.reference.session, now: now) == nil { return false }
            try connection.put(token, subject: subject)
            changes = [.token(token.reference)]
            return true
        }
    }

    public func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict {
        // Asked before the read: what changes between the two is announced as well.
        let isWatched = isWatching
        return try await read { connection throws(SQLiteError) in
            guard let isConfirmed = try connection.isConfirmed(token, now: now) else { return .revoked }
            return .live(isConfirmed: isConfirmed, isWatched: isWatched)
        }
    }

    public func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool {
        try await write { connection, changes throws(SQLiteError) in
            changes = [.token(token)]
            return try connection.remove(token, now: now)
        }
    }

    public func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int {
        var removed = 0
        while removed < limit {
            let wanted = limit - removed
            let start = MonotonicTime.now
            // Each slice is a transaction of its own, which other operations join or get in front of.
            let (count, isLast) = try await write { connection, _ throws(SQLiteError) in
                try connection.removeSlice(now: now, limit: wanted)
            }
            removed += count
            // Processes that wait for the write lock only look for it now and then: they need a gap to find.
            if count > 0 { await Self.pause(since: start) }
            if isLast { break }
        }
        return removed
    }

    /// Takes the write lock and allocates pages as a login would. As long as writes have gone well, that is taken back
    /// again, because a commit would empty the caches of other processes; after one that failed it is committed.
    public func ping() async throws(TokenStoreError) {
        let isInDoubt = doubt.isRaised
        try await write { connection, _ throws(SQLiteError) in
            try connection.execute("SAVEPOINT probe")
            try connection.execute(
                "INSERT INTO token (sid, type, jti, expires_at) VALUES ('', 'probe', hex(zeroblob(4096)), 0)")
            if isInDoubt {
                try connection.execute("DELETE FROM token WHERE sid = '' AND type = 'probe'")
            } else {
                try connection.execute("ROLLBACK TO probe")
            }
            try connection.execute("RELEASE probe")
        }
        if isInDoubt { doubt.isRaised = false }
    }
}

extension SQLiteConnection {
    /// Removes expired rows until the budget of a slice is used up.
    fileprivate func removeSlice(now: Int64, limit: Int) throws(SQLiteError) -> (count: Int, isLast: Bool) {
        let end = MonotonicTime.now.advanced(by: SQLiteStore.sliceBudget)
        var removed = 0
        while removed < limit {
            let wanted = min(SQLiteStore.sliceRows, limit - removed)
            let count = try removeExpired(now: now, limit: wanted)
            removed += count
            if count < wanted { return (removed, true) }
            if end <= MonotonicTime.now { break }
        }
        return (removed, removed >= limit)
    }
}

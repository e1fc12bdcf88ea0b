internal import CSQLite
public import Tokens

/// What makes a file smaller, without standing in the way of proxies that run on it.
extension SQLiteStore {
    /// How often the write-ahead log is tried to be cut off before readers are left in peace.
    private static let truncations = 20

    /// Removes what has expired, gives unused pages back to the file system, and copies the write-ahead log into the
    /// file.
    ///
    /// All of it happens in transactions of a few milliseconds with pauses as long as they are, so that others who
    /// write wait for no longer than that. A file made by an early version gives no pages back: see ``rewrite(path:)``.
    ///
    /// - Parameters:
    ///   - now: in seconds since the epoch.
    ///   - progress: gets the number of entries that were removed so far.
    /// - Returns: how many entries were removed in all.
    public func compact(now: Int64, progress: (Int) -> Void = { _ in }) async throws(TokenStoreError) -> Int {
        var removed = 0
        while true {
            let count = try await removeExpired(now: now, limit: 4096)
            removed += count
            progress(removed)
            if count == 0 { break }
        }
        try await truncateLog()
        while true {
            let start = MonotonicTime.now
            guard try await write({ connection, _ throws(SQLiteError) in try connection.giveBackSlice() }) else {
                break
            }
            await Self.pause(since: start)
        }
        try await truncateLog()
        return removed
    }

    /// Leaves the file to others for as long as we have used it, and at least a millisecond.
    static func pause(since start: MonotonicTime) async {
        let worked = MonotonicTime.now.nanoseconds &- start.nanoseconds
        do { try await Task.sleep(for: .nanoseconds(min(max(worked, 1_000_000), 50_000_000))) } catch {
            // Whoever cancels the task has it end sooner.
        }
    }

    private func truncateLog() async throws(TokenStoreError) {
        for _ in 0..<Self.truncations {
            if try await checkpointed() { return }
            await Self.pause(since: .now)
        }
    }

    /// Writes the file anew, in the shortest form, so that it can give pages back from then on (`VACUUM`). Whoever
    /// writes meanwhile waits; questions are answered.
    ///
    /// - Throws: ``Tokens/TokenStoreError``; the file is as it was then.
    public static func rewrite(path: String) throws(TokenStoreError) {
        do throws(SQLiteError) {
            let connection = try SQLiteConnection(path: path, busyMilliseconds: 10_000)
            try Schema.refuseUnknown(connection)
            try connection.execute("PRAGMA synchronous = FULL")
            try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            try connection.execute("VACUUM")
            _ = try connection.truncateLog()
        } catch {
            throw error.storeError
        }
    }
}

extension SQLiteConnection {
    /// Cuts unused pages off the end of the file until the budget of a slice is used up; false once there are none.
    fileprivate func giveBackSlice() throws(SQLiteError) -> Bool {
        // Only a file that keeps pointers to its pages can move them (2: incremental).
        guard try integer("PRAGMA auto_vacuum") == 2 else { return false }
        let end = MonotonicTime.now.advanced(by: SQLiteStore.sliceBudget)
        repeat {
            guard try integer("PRAGMA freelist_count") > 0 else { return false }
            try execute("PRAGMA incremental_vacuum(32)")
        } while MonotonicTime.now < end
        return true
    }
}

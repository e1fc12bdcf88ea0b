internal import CSQLite
internal import Tokens

/// The body of the thread that writes. All operations that wait run in one transaction and are answered after its
/// commit, so that one `fsync` serves them all; what they changed is announced in between, so that nobody who was
/// answered finds an older verdict in a cache. An operation that fails takes back only its own changes.
final class TransactionRunner: StoreThreadBody {
    /// Pages in the write-ahead log after which the checkpoint thread is asked to copy them.
    static let checkpointPages = 1_000
    /// Pages after which this thread copies them itself: as long as it writes, the log cannot begin anew.
    static let checkpointPagesAtOnce = 16_000

    private let database: Database
    private let observers: InvalidationObservers
    private let requestCheckpoint: () -> Void
    private let log: @Sendable (String) -> Void
    private let doubt: WriteDoubt
    private var knownVersion: Int64?
    private var knownGeneration: Int?

    init(
        _ database: Database, observers: InvalidationObservers, doubt: WriteDoubt,
        log: @escaping @Sendable (String) -> Void, requestCheckpoint: @escaping () -> Void
    ) {
        self.database = database
        self.observers = observers
        self.doubt = doubt
        self.log = log
        self.requestCheckpoint = requestCheckpoint
    }

    func perform(_ operations: [StoreOperation]) {
        var unanswered = operations
        do { try commit(&unanswered) } catch {
            database.recover(from: error)
            performEach(unanswered, after: error)
        }
        checkpoint()
    }

    /// Announces that anything may have changed when another process has committed (`PRAGMA data_version` counts
    /// the commits of all connections but its own), or when another file took the path.
    func watch() {
        do {
            let version = try database.current().integer("PRAGMA data_version")
            let isSame = knownVersion == version && knownGeneration == database.generation
            (knownVersion, knownGeneration) = (version, database.generation)
            if !isSame { observers.announce([.everything]) }
            observers.isWatching = true
        } catch {
            database.recover(from: error)
            guard observers.isWatching else { return }
            log("the database cannot be watched: \(error.storeError.reason)")
            observers.isWatching = false
            knownVersion = nil
            observers.announce([.everything])
        }
    }

    /// Tries one by one what failed together: the transaction as a whole was lost, on a full disk for example, and
    /// some of it may go through.
    private func performEach(_ operations: [StoreOperation], after error: SQLiteError) {
        guard operations.count > 1 else {
            for operation in operations { operation.fail(error.storeError) }
            return
        }
        for operation in operations {
            var unanswered = [operation]
            do { try commit(&unanswered) } catch {
                database.recover(from: error)
                for operation in unanswered { operation.fail(error.storeError) }
            }
        }
    }

    /// Runs the operations in one transaction, commits, announces, and answers them. When it throws, nothing was
    /// changed, and `operations` are those that were not answered; otherwise it is empty.
    private func commit(_ operations: inout [StoreOperation]) throws(SQLiteError) {
        guard let connection = try begin(&operations) else { return }
        var failed: [(StoreOperation, SQLiteError)] = []
        var done: [StoreOperation] = []
        do throws(SQLiteError) {
            for operation in operations {
                do throws(SQLiteError) {
                    try run(operation, on: connection, alone: operations.count == 1)
                    done.append(operation)
                } catch {
                    guard operations.count > 1, connection.isInTransaction, !error.losesConnection else { throw error }
                    try connection.execute("ROLLBACK TO operation")
                    try connection.execute("RELEASE operation")
                    failed.append((operation, error))
                }
            }
            try connection.execute("COMMIT")
        } catch {
            doubt.isRaised = true
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
        operations = []
        let changes = done.flatMap(\.invalidations)
        observers.announce(changes)
        for operation in done { operation.succeed() }
        for (operation, error) in failed { operation.fail(error.storeError) }
    }

    private func run(_ operation: StoreOperation, on connection: SQLiteConnection, alone: Bool) throws(SQLiteError) {
        guard !alone else { return try operation.run(on: connection) }
        try connection.execute("SAVEPOINT operation")
        try operation.run(on: connection)
        try connection.execute("RELEASE operation")
    }

    /// Takes the write lock; nil if the time of all operations was over before another process gave it back. It
    /// keeps watching meanwhile: the other one may be just about to revoke something.
    private func begin(_ operations: inout [StoreOperation]) throws(SQLiteError) -> SQLiteConnection? {
        failLate(in: &operations)
        while !operations.isEmpty {
            let connection = try database.current()
            do {
                try connection.execute("BEGIN IMMEDIATE")
                return connection
            } catch {
                guard error.isBusy else { throw error }
            }
            failLate(in: &operations)
            watch()
        }
        return nil
    }

    private func failLate(in operations: inout [StoreOperation]) {
        let now = MonotonicTime.now
        operations.removeAll { operation in
            guard operation.isLate(at: now) else { return false }
            operation.fail(TokenStoreError(.timedOut, "the operation waited until its deadline"))
            return true
        }
    }

    private func checkpoint() {
        do {
            guard let connection = database.connection else { return }
            let pages = connection.writeAheadPages
            if pages >= Self.checkpointPagesAtOnce {
                try connection.checkpoint()
            } else if pages >= Self.checkpointPages {
                requestCheckpoint()
            }
        } catch {
            // Nothing is lost: the pages stay in the log, and the next commit asks again.
            if !error.isBusy { log("the write-ahead log could not be copied: \(error.storeError.reason)") }
        }
    }
}

extension Database {
    /// Closes a connection that an error may have made unfit.
    func recover(from error: SQLiteError) {
        if error.losesConnection { drop() }
    }
}

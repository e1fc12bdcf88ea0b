internal import Synchronization
public import Tokens

/// The embedded store: one SQLite file in WAL mode, durable, shared by the processes of one machine.
///
/// One thread writes, one reads, one copies the write-ahead log, so that neither a loop nor a question waits for a
/// disk. A change is answered after it was flushed to the disk (`synchronous = FULL`). Changes made here are announced
/// one by one; changes by other processes as ``Tokens/StoreInvalidation/everything``, within 50 ms. When the file is
/// deleted or replaced while it is open, that is noticed within the same time: everything kept is announced unfit, and
/// the store goes on with the file that now has the name, an empty new one if there is none: all are signed out, as
/// whoever deleted the file has asked for. (Replace a file only together with its `-wal` and `-shm` companions.)
///
/// Time comes from the caller. What has expired stays in the file until ``removeExpired(now:limit:)`` is called.
public final class SQLiteStore: TokenStore {
    /// For how long one transaction of ``removeExpired(now:limit:)`` may work, so that nobody waits for it.
    static let sliceBudget = Duration.milliseconds(2)
    /// How many rows are removed between two looks at the clock.
    static let sliceRows = 64
    /// For how long SQLite itself waits for a lock before the writing thread looks at deadlines again.
    static let busyMilliseconds: CInt = 10

    let writer: StoreThread
    private let reader: StoreThread
    private let checkpointer: StoreThread
    private let observers = InvalidationObservers()
    /// Whether the last write failed.
    let doubt = WriteDoubt()
    private let commandTimeout: Duration

    /// Opens the file, creates it (mode 0600, its folders 0700) if there is none, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file's path.
    ///   - commandTimeout: how long an operation may wait for its turn and for other processes' locks.
    ///   - log: gets sentences for the operator, on any thread.
    /// - Throws: ``Tokens/TokenStoreError`` when the file cannot be used: not permitted, read-only, no database, or
    ///   written by a newer version.
    public init(
        path: String, commandTimeout: Duration = .milliseconds(250),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(TokenStoreError) {
        self.commandTimeout = commandTimeout
        let file = DatabaseFile(path: path)
        let database = Database(file, role: .writer, busyMilliseconds: Self.busyMilliseconds)
        do { _ = try database.current() } catch { throw error.storeError }

        let milliseconds = CInt(clamping: Int64(commandTimeout / .milliseconds(1)))
        checkpointer = StoreThread()
        reader = StoreThread()
        writer = StoreThread()
        let checkpoint = CheckpointRequest(checkpointer.queue)
        let runner = TransactionRunner(database, observers: observers, doubt: doubt, log: log) { checkpoint.make() }
        runner.watch()
        try writer.start(runner)
        try reader.start(QueryRunner(Database(file, role: .reader, busyMilliseconds: milliseconds)))
        try checkpointer.start(QueryRunner(Database(file, role: .reader, busyMilliseconds: Self.busyMilliseconds)))
    }

    deinit { for thread in [writer, reader, checkpointer] { thread.queue.close() } }

    public func observeInvalidations(_ observer: @escaping @Sendable (StoreInvalidation) -> Void) {
        observers.add(observer)
    }

    /// Serves what waits, copies the write-ahead log into the file, and closes it.
    public func close() async {
        for thread in [writer, reader, checkpointer] {
            thread.queue.close()
            await thread.queue.finished()
        }
        observers.removeAll()
    }

    /// Has the writing thread do something within a transaction, and answers after its commit.
    func write<Value: Sendable>(_ work: @escaping PendingOperation<Value>.Work) async throws(TokenStoreError) -> Value {
        try await perform(on: writer, work)
    }

    /// Has the reading thread answer something.
    func read<Value: Sendable>(_ work: @escaping @Sendable (SQLiteConnection) throws(SQLiteError) -> Value)
        async throws(TokenStoreError) -> Value
    {
        try await perform(on: reader) { connection, _ throws(SQLiteError) in try work(connection) }
    }

    /// Copies the write-ahead log into the file and cuts it off; false if somebody still reads an older state.
    func checkpointed() async throws(TokenStoreError) -> Bool {
        try await perform(on: checkpointer) { connection, _ throws(SQLiteError) in try connection.truncateLog() }
    }

    /// Whether commits of other processes are noticed now.
    var isWatching: Bool { observers.isWatching }

    private func perform<Value: Sendable>(on thread: StoreThread, _ work: @escaping PendingOperation<Value>.Work)
        async throws(TokenStoreError) -> Value
    {
        let deadline = MonotonicTime.now.advanced(by: commandTimeout)
        let result = await withCheckedContinuation { continuation in
            thread.queue.append(PendingOperation(deadline: deadline, answer: continuation, work: work))
        }
        return try result.get()
    }
}

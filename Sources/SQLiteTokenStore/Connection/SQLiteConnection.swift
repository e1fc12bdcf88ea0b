internal import CSQLite
internal import Glibc

/// One connection to a database file; it owns the C object and its prepared statements, is closed in `deinit`, and is
/// used by one thread at a time.
///
/// Safe: the object is valid from `init` to `deinit` and never leaves this class but to its own statements.
@safe
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private let gauge = WriteAheadLogGauge()

    /// Opens an existing file. Creating it is ``DatabaseFile``'s part, which decides about its mode.
    ///
    /// - Parameter busyMilliseconds: for how long a statement waits for another connection's lock.
    init(path: String, busyMilliseconds: CInt) throws(SQLiteError) {
        var opened: OpaquePointer?
        // A path that begins with "file:" would be read as a URI.
        let name = path.hasPrefix("/") ? path : "./" + path
        let code = unsafe sqlite3_open_v2(
            name, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            // SQLite gives an object even on failure, for its message.
            let error = unsafe opened.map { unsafe Self.error(of: $0, code: code) }
            unsafe sqlite3_close_v2(opened)
            throw error ?? SQLiteError(code: code, message: "out of memory")
        }
        unsafe self.handle = opened
        unsafe Self.waitPatiently(on: handle, attempts: busyMilliseconds * 2)
        unsafe gauge.attach(to: handle)
    }

    /// Has statements wait for another connection's lock by looking every half a millisecond. SQLite's own way looks after 1,
    /// 2, 5, 10 … ms, and so misses the short gaps that somebody leaves who writes again and again.
    private static func waitPatiently(on handle: OpaquePointer, attempts: CInt) {
        // No pointer but a number, which nobody owns; 0 is no wait at all.
        let limit = unsafe UnsafeMutableRawPointer(bitPattern: Int(attempts))
        unsafe sqlite3_busy_handler(
            handle,
            { limit, count in
                guard Int(count) < Int(bitPattern: limit) else { return 0 }
                usleep(500)
                return 1
            }, limit)
    }

    deinit {
        statements.removeAll()
        unsafe sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open. A full disk can end one by itself.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed by the last statement.
    var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

    /// Pages in the write-ahead log after this connection's last commit.
    var writeAheadPages: Int { gauge.pages }

    /// Runs a statement to its end, without a look at its rows.
    func execute(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
    }

    /// All rows of a query.
    func rows<Row>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (SQLiteStatement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> [Row] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var rows: [Row] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    /// The first row of a query.
    func first<Row>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (SQLiteStatement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> Row? {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        return try statement.step() ? try read(statement) : nil
    }

    /// The first column of the first row as an integer; 0 if there is none.
    func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int64 {
        try first(sql, values) { row throws(SQLiteError) in row.integer(0) } ?? 0
    }

    /// Copies what the write-ahead log holds into the database file without waiting for anybody
    /// (`SQLITE_CHECKPOINT_PASSIVE`).
    func checkpoint() throws(SQLiteError) {
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code == SQLITE_OK else { throw unsafe Self.error(of: handle, code: code) }
    }

    /// Copies all of the write-ahead log into the database file and cuts the log off; false if somebody still reads an
    /// older state, and it has to be tried again (`SQLITE_CHECKPOINT_TRUNCATE`). Writers wait meanwhile.
    func truncateLog() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        if code & 0xFF == SQLITE_BUSY { return false }
        guard code == SQLITE_OK else { throw unsafe Self.error(of: handle, code: code) }
        return true
    }

    /// Runs `body` within one read transaction: all of its queries see one state of the file.
    func reading<Value>(_ body: () throws(SQLiteError) -> Value) throws(SQLiteError) -> Value {
        try execute("BEGIN")
        do throws(SQLiteError) {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            if isInTransaction { try execute("ROLLBACK") }
            throw error
        }
    }

    private func prepared(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        let statement = try unsafe SQLiteStatement(sql, on: handle)
        statements[sql] = statement
        return statement
    }

    /// The error that a call on a connection has just given.
    static func error(of handle: OpaquePointer, code: CInt) -> SQLiteError {
        unsafe SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(handle)), systemError: sqlite3_system_errno(handle))
    }
}

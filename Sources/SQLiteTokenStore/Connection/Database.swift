internal import CSQLite

/// A thread's way to the database: its connection, opened again whenever it turned out unfit or another file took the
/// path. It lives on the thread that uses it.
final class Database {
    /// What the thread is there for.
    enum Role {
        /// Creates the file, brings its schema up to date, and changes rows.
        case writer
        /// Only asks; it never creates a file, and waits for the writer where there is none.
        case reader
    }

    let file: DatabaseFile
    private let role: Role
    private let busyMilliseconds: CInt
    /// The connection as it is; nil as long as none is open.
    private(set) var connection: SQLiteConnection?
    private var identity: DatabaseFile.Identity?
    /// Counts connections: whoever remembers something of an earlier one compares this first.
    private(set) var generation = 0

    /// A database whose connection is opened at its first use.
    init(_ file: DatabaseFile, role: Role, busyMilliseconds: CInt) {
        self.file = file
        self.role = role
        self.busyMilliseconds = busyMilliseconds
    }

    /// The connection, opened if need be. When the path names another file than the one that is open, or none, what
    /// was open is closed first: answers go on only from the file that an operator sees.
    func current() throws(SQLiteError) -> SQLiteConnection {
        if let connection, identity == file.identity { return connection }
        drop()
        let opened = try open()
        connection = opened
        identity = file.identity
        generation += 1
        return opened
    }

    /// Closes the connection; the next use opens a new one.
    func drop() { connection = nil }

    private func open() throws(SQLiteError) -> SQLiteConnection {
        guard role == .writer else {
            let connection = try SQLiteConnection(path: file.path, busyMilliseconds: busyMilliseconds)
            try connection.execute("PRAGMA synchronous = FULL")
            // Room for the inner pages of a million sessions' trees; it is filled as they are read, and no sooner.
            try connection.execute("PRAGMA cache_size = -16384")
            return connection
        }
        try file.create()
        return try file.withFolderLock { () throws(SQLiteError) in
            let connection = try SQLiteConnection(path: file.path, busyMilliseconds: busyMilliseconds)
            // Means something only for a file that is still empty; ``SQLiteStore/compact(now:progress:)`` lives by it. On
            // any other it would write, and fail at once where another process writes just then.
            if try connection.integer("PRAGMA page_count") == 0 {
                try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            }
            try connection.execute("PRAGMA journal_mode = WAL")
            // With FULL each commit is on the disk before it is answered: what was told to a client survives a power cut.
            try connection.execute("PRAGMA synchronous = FULL")
            try Schema.migrate(connection)
            return connection
        }
    }
}

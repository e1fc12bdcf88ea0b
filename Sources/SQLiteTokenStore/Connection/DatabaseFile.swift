internal import CSQLite
internal import Glibc

/// The database file as the file system sees it: where it lies, who may read it, and whether it is still the same one.
struct DatabaseFile {
    /// What tells one file from another that took its name.
    struct Identity: Equatable {
        var device: UInt64
        var node: UInt64
    }

    /// Its path.
    let path: String

    /// Which file the path names now; nil if none.
    var identity: Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    }

    /// Creates the file with mode 0600 and its folders with mode 0700, where they are missing. SQLite gives its
    /// companions (`-wal`, `-shm`) the mode of the file.
    ///
    /// The file is never opened here when it exists: closing that descriptor would drop the locks that SQLite holds
    /// on it in this process (fcntl(2), "record locks").
    func create() throws(SQLiteError) {
        try createFolders()
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw failure("cannot create \(path)")
        }
    }

    /// Runs `body` while no other process does the same for a file of this folder: two processes that meet a new file
    /// at once would find it locked while it turns to WAL, where SQLite does not wait.
    func withFolderLock<Value>(_ body: () throws(SQLiteError) -> Value) throws(SQLiteError) -> Value {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open the folder of \(path)") }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("cannot lock the folder of \(path)") }
        }
        return try body()
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func createFolders() throws(SQLiteError) {
        let folder = folder
        for end in folder.indices where folder[end] == "/" && end != folder.startIndex {
            try createFolder(String(folder[..<end]))
        }
        try createFolder(folder)
    }

    private func createFolder(_ name: String) throws(SQLiteError) {
        if unsafe mkdir(name, 0o700) != 0, errno != EEXIST, errno != EISDIR {
            // A parent on a read-only file system may exist nevertheless.
            let error = errno
            var status = stat()
            guard unsafe stat(name, &status) == 0 else {
                errno = error
                throw failure("cannot create the folder \(name)")
            }
        }
    }

    private func failure(_ sentence: String) -> SQLiteError {
        let error = errno
        return unsafe SQLiteError(
            code: SQLITE_CANTOPEN, message: "\(sentence): \(String(cString: strerror(error)))", systemError: error)
    }
}

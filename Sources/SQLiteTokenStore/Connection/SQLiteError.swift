internal import CSQLite
internal import Glibc
internal import Tokens

/// A result code of SQLite other than OK, ROW and DONE, as a value. Every call into the library that can fail becomes
/// one of these in ``SQLiteConnection`` or ``SQLiteStatement``, and ``storeError`` is the one place that says what it
/// means to a caller of the store.
struct SQLiteError: Error, Equatable {
    /// The extended result code.
    var code: CInt
    /// SQLite's sentence; it names tables and columns, never values.
    var message: String
    /// `errno` of the last system call that failed, 0 if none did.
    var systemError: CInt = 0

    /// The primary result code.
    var primary: CInt { code & 0xFF }

    /// Another connection holds the lock; waiting may help.
    var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }

    /// The connection may be unfit from now on: it is closed, and the next operation opens a new one. That is how a
    /// file that was read-only or damaged, and is well again, is noticed.
    var losesConnection: Bool {
        switch primary {
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PROTOCOL,
            SQLITE_NOMEM, SQLITE_MISUSE:
            true
        default: false
        }
    }

    /// Writes that failed for another reason than a full disk: write, fsync, directory, truncate, size of the shared
    /// memory. (Swift does not import these macros.) The reason itself is lost when it is a commit that fails.
    private static let failedWrites = Set([3, 4, 5, 6, 19].map { SQLITE_IOERR | ($0 << 8) })

    /// What the caller of the store is told.
    var storeError: TokenStoreError {
        let kind: TokenStoreError.Kind =
            switch primary {
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT: .timedOut
            case SQLITE_FULL, SQLITE_READONLY: .readOnly
            case SQLITE_IOERR where Self.failedWrites.contains(code): .readOnly
            case SQLITE_CANTOPEN where [ENOSPC, EDQUOT, EROFS].contains(systemError): .readOnly
            case SQLITE_PERM, SQLITE_AUTH: .notPermitted
            case SQLITE_CANTOPEN where [EACCES, EPERM].contains(systemError): .notPermitted
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_CONSTRAINT,
                SQLITE_MISMATCH, SQLITE_TOOBIG:
                .corrupt
            default: .unreachable
            }
        return TokenStoreError(kind, "SQLite \(code): \(message)")
    }
}

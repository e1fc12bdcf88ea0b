internal import CSQLite

/// How long the write-ahead log has grown, as SQLite tells it after each commit. It replaces SQLite's own automatic
/// checkpoint, which would be paid by whichever request happens to commit the thousandth page; `PRAGMA wal_autocheckpoint` would
/// take its place again and is never used.
///
/// Its connection owns it and outlives the registration.
final class WriteAheadLogGauge {
    private(set) var pages = 0

    /// Has SQLite call this object after each commit of the connection.
    func attach(to connection: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                guard let context = unsafe context else { return SQLITE_OK }
                unsafe Unmanaged<WriteAheadLogGauge>.fromOpaque(context).takeUnretainedValue().pages = Int(pages)
                return SQLITE_OK
            }, context)
    }
}

internal import CSQLite

/// A prepared statement; it owns the C object, which is freed in `deinit`, and lives on the thread of its connection.
///
/// Safe: the object is valid from `init` to `deinit`, and the connection outlives it.
@safe
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    /// Compiles one statement. The connection outlives its statements: ``SQLiteConnection`` drops them first.
    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteError) {
        var compiled: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled = unsafe compiled else {
            throw unsafe SQLiteConnection.error(of: connection, code: code)
        }
        unsafe self.handle = compiled
        unsafe self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Binds the parameters from the first on; text is copied.
    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for (offset, value) in values.enumerated() {
            let index = CInt(offset + 1)
            let code: CInt
            switch value {
            case .integer(let number): code = unsafe sqlite3_bind_int64(handle, index, number)
            case .null: code = unsafe sqlite3_bind_null(handle, index)
            case .text(var text):
                code = text.withUTF8 { bytes in
                    guard let count = CInt(exactly: bytes.count) else { return SQLITE_TOOBIG }
                    return unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                        // An empty buffer has no address, and a null address would bind NULL.
                        unsafe characters.baseAddress.map {
                            unsafe sallyport_sqlite3_bind_text_copy(handle, index, $0, count)
                        } ?? sallyport_sqlite3_bind_text_copy(handle, index, "", 0)
                    }
                }
            }
            guard code == SQLITE_OK else { throw unsafe SQLiteConnection.error(of: connection, code: code) }
        }
    }

    /// Moves to the next row; false at the end.
    func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw unsafe SQLiteConnection.error(of: connection, code: code)
        }
    }

    /// Makes the statement ready for its next use. The code that it gives repeats that of the last step.
    func reset() {
        _ = unsafe sqlite3_reset(handle)
        _ = unsafe sqlite3_clear_bindings(handle)
    }

    /// An integer of the current row; 0 for NULL.
    func integer(_ column: CInt) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    /// A text of the current row; nil for NULL.
    func optionalText(_ column: CInt) -> String? {
        guard let bytes = unsafe sqlite3_column_text(handle, column) else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// A text of the current row; empty for NULL.
    func text(_ column: CInt) -> String { optionalText(column) ?? "" }
}

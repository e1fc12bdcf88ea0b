internal import CSQLite
internal import Glibc
package import Tokens

/// How much room a file takes.
package struct StoreFileSize: Sendable, Equatable {
    /// Bytes of the file and of its write-ahead log.
    package var bytes: Int64
    /// Whether pages that are not used any more can be given back without writing the file anew.
    package var givesSpaceBack: Bool
}

extension SQLiteStore {
    /// The size of a file.
    ///
    /// - Throws: ``Tokens/TokenStoreError``: `unreachable` if there is none.
    package static func size(path: String) throws(TokenStoreError) -> StoreFileSize {
        guard DatabaseFile(path: path).identity != nil else {
            throw TokenStoreError(.unreachable, "there is no file \(path)")
        }
        do throws(SQLiteError) {
            let connection = try SQLiteConnection(path: path, busyMilliseconds: 1000)
            return StoreFileSize(
                bytes: bytes(of: path) + bytes(of: path + "-wal"),
                givesSpaceBack: try connection.integer("PRAGMA auto_vacuum") == 2)
        } catch {
            throw error.storeError
        }
    }

    /// The bytes of one file; 0 if there is none.
    static func bytes(of path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

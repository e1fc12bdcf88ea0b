internal import Foundation

/// A folder of a test's own, removed with all that is in it when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sallyport-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// A system call that failed in a test's own machinery.
struct SystemFailure: Error {
    var call: String
    var code: CInt
}

/// A file's permission bits.
func mode(of path: String) throws -> mode_t {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw SystemFailure(call: "stat", code: errno) }
    return status.st_mode & 0o777
}

internal import Foundation
internal import Synchronization

/// A private folder, removed with its last reference, or when the process ends: what tests share for as long as they
/// run has no last reference.
final class TemporaryFolder: Sendable {
    let path: String

    /// Those that are there.
    private static let paths = Mutex<Set<String>>([])
    private static let removesAllAtTheEnd: Void = {
        atexit { for path in TemporaryFolder.paths.withLock({ $0 }) { TemporaryFolder.remove(path) } }
    }()

    /// Makes one below the system's folder for temporary files.
    ///
    /// - Parameter kind: what its name begins with.
    init(_ kind: String) throws {
        _ = Self.removesAllAtTheEnd
        path = FileManager.default.temporaryDirectory.appending(path: "\(kind)-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        Self.paths.withLock { _ = $0.insert(path) }
    }

    deinit {
        Self.remove(path)
        Self.paths.withLock { _ = $0.remove(path) }
    }

    private static func remove(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch {
            print("cannot remove a test's folder: \(error)")
        }
    }
}

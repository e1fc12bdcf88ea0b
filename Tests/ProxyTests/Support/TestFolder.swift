import Foundation

/// A folder of a test's own.
struct TestFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sallyport-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    /// Removes it with all that is in it.
    func remove() {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// What a file in it holds; empty where there is none.
    func text(of name: String) -> String {
        guard let bytes = FileManager.default.contents(atPath: path + "/" + name) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a file in it and gives its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }
}

internal import EventIO

/// Why the demo's state folder is of no use.
public enum StateFolderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed with this `errno`.
    case system(action: String, path: String, code: CInt)
    /// Others may read the secret.
    case secretIsNotPrivate(path: String)
    /// The file is no secret that we would have made: too short, or no regular file.
    case secretIsUnusable(path: String)

    public var description: String {
        switch self {
        case .system(let action, let path, let code): IOError(code, "\(action) \(path)").description
        case .secretIsNotPrivate(let path): "others may read the secret \(path); run: chmod 600 \(path)"
        case .secretIsUnusable(let path): "the file \(path) holds no usable secret; remove it to get a new one"
        }
    }
}

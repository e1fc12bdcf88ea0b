/// Why a file could not be read.
public enum ConfigurationFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is none of that name.
    case missing
    /// It may not be read by this user.
    case notPermitted
    /// It is a folder, a socket, or another thing that has no content.
    case notAFile
    /// It has more than the mebibyte that is read at most.
    case tooLarge
    /// Anything else, as `errno`.
    case failed(errno: Int32)

    public var description: String {
        switch self {
        case .missing: "there is no such file"
        case .notPermitted: "this user may not read it"
        case .notAFile: "it is not a regular file"
        case .tooLarge: "it is larger than 1 MiB"
        case .failed(let number): "reading it failed (error \(number))"
        }
    }
}

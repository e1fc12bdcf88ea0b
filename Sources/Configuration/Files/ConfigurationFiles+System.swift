internal import Glibc

extension ConfigurationFiles {
    /// How many bytes of a file are read at most.
    private static let limit = 1 << 20

    /// The files of this machine.
    public static let system = ConfigurationFiles { path in
        Result { () throws(ConfigurationFileError) in try content(of: path) }
    }

    private static func content(of path: String) throws(ConfigurationFileError) -> Content {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing }
        // The path is a C string for the call. A pipe without a writer must not hold the start up: O_NONBLOCK.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        // `status` lives through the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        return Content(bytes: try bytes(of: descriptor), permissions: status.st_mode & 0o7777)
    }

    private static func bytes(of descriptor: CInt) throws(ConfigurationFileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var filled = 0
        while filled < bytes.count {
            // The buffer has `bytes.count - filled` bytes behind `filled`.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            filled += count
        }
        guard filled <= limit else { throw .tooLarge }
        bytes.removeSubrange(filled...)
        return bytes
    }

    private static func failure(_ number: CInt) -> ConfigurationFileError {
        switch number {
        case ENOENT, ENOTDIR: .missing
        case EACCES, EPERM: .notPermitted
        case EISDIR: .notAFile
        default: .failed(errno: number)
        }
    }
}

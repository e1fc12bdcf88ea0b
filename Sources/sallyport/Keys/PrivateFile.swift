internal import Glibc

/// Writes files that nobody else may read.
enum PrivateFile {
    /// Creates a file with mode 0600. One that exists is not touched, and neither is one that a link names.
    static func create(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        // The path is a C string for the call.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .no("cannot create \(path): \(reason(errno))") }
        defer { close(descriptor) }
        guard FileBytes.write(bytes, to: descriptor), fsync(descriptor) == 0 else {
            let number = errno
            // Half a key is worse than none.
            _ = unsafe unlink(path)
            throw .no("cannot write \(path): \(reason(number))")
        }
    }

    private static func reason(_ number: CInt) -> String {
        // The text is the library's own and is copied at once; commands run on one thread here.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}

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

    /// Replaces a file in one step by what `change` makes of it: whoever reads meanwhile sees the old one or the new
    /// one, whole. Owner and mode stay, except that others lose every right. The new file grows beside it as
    /// `PATH.new`, which keeps two commands from changing it at once.
    static func replace(_ path: String, _ change: () throws(CommandFailure) -> [UInt8]) throws(CommandFailure) {
        // A link stays, and the file that it names is replaced. The library's text is ours to free.
        guard let resolved = unsafe realpath(path, nil) else { throw .no("cannot find \(path): \(reason(errno))") }
        let target = unsafe String(cString: resolved)
        unsafe free(resolved)
        var status = stat()
        // `status` lives through the call.
        guard unsafe stat(target, &status) == 0 else { throw .no("cannot look at \(target): \(reason(errno))") }
        let temporary = target + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let hint = errno == EEXIST ? "; another command is changing the file, or was cut off: remove it then" : ""
            throw .no("cannot create \(temporary): \(reason(errno))\(hint)")
        }
        defer { close(descriptor) }
        do throws(CommandFailure) {
            let bytes = try change()
            let isOwn = status.st_uid == geteuid() && status.st_gid == getegid()
            guard isOwn || fchown(descriptor, status.st_uid, status.st_gid) == 0,
                fchmod(descriptor, status.st_mode & 0o770) == 0, FileBytes.write(bytes, to: descriptor),
                fsync(descriptor) == 0, unsafe rename(temporary, target) == 0
            else { throw .no("cannot replace \(target): \(reason(errno))") }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    private static func reason(_ number: CInt) -> String {
        // The text is the library's own and is copied at once; commands run on one thread here.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}

internal import Glibc
internal import Tokens

/// The file that an export is written to; nobody else may read it.
struct ExportFile {
    private static let bufferBytes = 64 * 1024

    private let path: String?
    private let descriptor: CInt
    private var waiting: [UInt8] = []

    /// Makes a file with mode 0600; one that exists is not touched, and neither is one that a link names. `-` is the
    /// standard output.
    init(_ path: String) throws(CommandFailure) {
        guard path != "-" else {
            self.path = nil
            descriptor = STDOUT_FILENO
            return
        }
        self.path = path
        // The path is a C string for the call.
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .no("cannot create \(path): \(Self.reason(errno))") }
    }

    /// Adds a line.
    mutating func write(_ line: StoreTransferLine) throws(CommandFailure) {
        waiting.append(contentsOf: line.text.utf8)
        waiting.append(UInt8(ascii: "\n"))
        if waiting.count >= Self.bufferBytes { try flush() }
    }

    /// Writes what waits, and returns when all of it is on the disk.
    mutating func finish() throws(CommandFailure) {
        try flush()
        guard path != nil else { return }
        guard fsync(descriptor) == 0 else { throw .no("cannot write the export: \(Self.reason(errno))") }
        close(descriptor)
    }

    /// Removes the file.
    mutating func discard() {
        waiting = []
        // The path is a C string for the call.
        if let path { _ = unsafe unlink(path) }
    }

    private mutating func flush() throws(CommandFailure) {
        guard FileBytes.write(waiting, to: descriptor) else {
            throw .no("cannot write the export: \(Self.reason(errno))")
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private static func reason(_ number: CInt) -> String {
        // The text is the library's own and is copied at once; commands run on one thread here.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}

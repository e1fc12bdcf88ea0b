internal import Glibc

/// An open place for log lines, which never makes its thread wait for a reader. It owns its descriptor and closes it.
struct LogDescriptor: ~Copyable {
    /// What one attempt to write came to.
    enum Outcome: Equatable {
        /// So many bytes, at least one, are out.
        case wrote(Int)
        /// There is no room now; `poll` tells when.
        case wouldBlock
        /// The system refused, with this errno.
        case failed(CInt)
    }

    /// How bytes get out without waiting.
    private enum Way {
        /// A file, or a pipe or terminal that was opened without blocking.
        case write
        /// A pipe or terminal that others hold in blocking mode: after POLLOUT it takes this much (pipe(7), PIPE_BUF).
        case writeAfterPoll
        /// A socket, such as the journal of systemd.
        case send
    }

    /// The descriptor's number.
    let number: CInt
    private let way: Way
    /// Bytes for one call: a large one would hold up the other sinks.
    private static let chunk = 256 * 1024
    private static let pipeBuffer = 4096

    private init(number: CInt, way: Way) {
        self.number = number
        self.way = way
    }

    deinit { close(number) }

    /// Opens a file for appending, which is created with mode 0600: lines name users and addresses. The mode of a file
    /// that exists is left as it is.
    init(path: String) throws(LogFileError) {
        // O_NONBLOCK: opening a named pipe that nobody reads fails instead of waiting.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let number = Self.retrying { unsafe Glibc.open(path, flags, 0o600) }
        guard number >= 0 else { throw LogFileError(place: path, code: errno) }
        self.init(number: number, way: .write)
    }

    /// Takes a descriptor of its own for an open one.
    ///
    /// O_NONBLOCK is a flag of the open file, which the shell and other programs share, so it is not set there: a pipe
    /// or terminal is opened anew instead.
    init(duplicating original: CInt, name: String) throws(LogFileError) {
        let type = try Self.type(of: original, name: name)
        if type == UInt32(S_IFIFO) || type == UInt32(S_IFCHR) {
            let flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
            let reopened = Self.retrying { unsafe Glibc.open("/proc/self/fd/\(original)", flags) }
            if reopened >= 0 {
                self.init(number: reopened, way: .write)
                return
            }
        }
        try self.init(copying: original, name: name)
    }

    /// The same for what cannot be opened anew, such as a socket, or a pipe of another user's.
    init(copying original: CInt, name: String) throws(LogFileError) {
        let type = try Self.type(of: original, name: name)
        let copy = Self.retrying { fcntl(original, F_DUPFD_CLOEXEC, 0) }
        guard copy >= 0 else { throw LogFileError(place: name, code: errno) }
        let isFile = type == UInt32(S_IFREG)
        let isNonblocking = fcntl(copy, F_GETFL) & O_NONBLOCK != 0
        let way: Way = type == UInt32(S_IFSOCK) ? .send : isFile || isNonblocking ? .write : .writeAfterPoll
        self.init(number: copy, way: way)
    }

    private static func type(of descriptor: CInt, name: String) throws(LogFileError) -> mode_t {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LogFileError(place: name, code: errno) }
        return status.st_mode & UInt32(S_IFMT)
    }

    /// Whether it is a terminal.
    var isTerminal: Bool { isatty(number) == 1 }

    /// Writes what fits now.
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        while true {
            let written: Int
            switch way {
            case .write:
                written = unsafe Glibc.write(number, bytes.baseAddress, min(bytes.count, Self.chunk))
            case .send:
                let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
                written = unsafe Glibc.send(number, bytes.baseAddress, min(bytes.count, Self.chunk), flags)
            case .writeAfterPoll:
                guard hasRoom else { return .wouldBlock }
                written = unsafe Glibc.write(number, bytes.baseAddress, min(bytes.count, Self.pipeBuffer))
            }
            if written > 0 { return .wrote(written) }
            if written == 0 { return .failed(EIO) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    private var hasRoom: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        // An error counts as room: the write tells which.
        return unsafe poll(&entry, 1, 0) > 0
    }

    private static func retrying(_ call: () -> CInt) -> CInt {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    /// Whether two descriptors are the same file, pipe or terminal.
    static func areSame(_ left: CInt, _ right: CInt) -> Bool {
        var first = stat()
        var second = stat()
        guard unsafe fstat(left, &first) == 0, unsafe fstat(right, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}

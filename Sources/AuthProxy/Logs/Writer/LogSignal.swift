internal import Glibc

/// A pipe of our own that wakes a thread out of `poll`. Both ends are closed with it.
final class LogSignal: Sendable {
    /// The end that becomes readable.
    let readable: CInt
    private let writable: CInt

    init() throws(LogFileError) {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw LogFileError(place: "wake-up pipe", code: errno) }
        readable = ends[0]
        writable = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(readable)
        close(writable)
    }

    /// Makes the end readable. It fails only when the pipe is full, and then the end is readable already.
    func raise() {
        var byte: UInt8 = 1
        _ = unsafe write(writable, &byte, 1)
    }

    /// Makes the end unreadable again.
    func clear() {
        var bytes: UInt64 = 0
        while unsafe read(readable, &bytes, 8) == 8 {}
    }
}

internal import Glibc

/// A door between threads: who waits goes on once it was opened; it stays open. Safe to share: both descriptors live
/// as long as the gate.
public final class Gate: Sendable {
    private let waiting: CInt
    private let opening: CInt

    /// A closed gate.
    public init() throws(SocketFailure) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system(call: "socketpair", code: errno) }
        (waiting, opening) = (ends[0], ends[1])
    }

    deinit {
        close(waiting)
        close(opening)
    }

    /// Opens it: the end of a stream stays readable.
    public func open() { shutdown(opening, CInt(SHUT_WR)) }

    /// Waits until it is open.
    public func wait(_ deadline: Deadline = .soon) throws(SocketFailure) {
        var entry = pollfd(fd: waiting, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&entry, 1, deadline.milliseconds) <= 0 {
            if deadline.hasPassed { throw .timedOut(waitingFor: "a gate") }
        }
    }

    /// Whether it is open.
    public var isOpen: Bool {
        var entry = pollfd(fd: waiting, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }
}

internal import Glibc

/// A socket that waits for connections. Closed with its last reference.
public final class ListeningSocket: Sendable {
    private let descriptor: CInt
    /// Where it listens, with the port that the kernel chose.
    public let address: SocketAddress

    /// Listens.
    ///
    /// - Parameters:
    ///   - backlog: how many connections the kernel keeps until they are accepted.
    ///   - receiveBuffer: the kernel's receive buffer of each accepted connection, for tests of back-pressure.
    public init(on wanted: SocketAddress = .local(0), backlog: CInt = 1024, receiveBuffer: CInt? = nil)
        throws(SocketFailure)
    {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(wanted.family, type, 0)
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        var on: CInt = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        if var receiveBuffer {
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size))
        }
        guard unsafe try wanted.withBytes({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            throw .system(call: "bind", code: errno)
        }
        guard listen(descriptor, backlog) == 0 else { throw .system(call: "listen", code: errno) }
        switch wanted {
        case .tcp(let host, _): address = .tcp(host: host, port: Socket.port(of: descriptor))
        case .unix: address = wanted
        }
    }

    deinit {
        close(descriptor)
        if case .unix(let path) = address { _ = unsafe unlink(path) }
    }

    /// The next connection; nil once ``wake()`` was called.
    func accept() -> Socket? {
        while true {
            let connection = Glibc.accept(descriptor, nil, nil)
            if connection >= 0 {
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                return Socket(connection)
            }
            guard errno == EAGAIN || errno == EINTR || errno == ECONNABORTED else { return nil }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&entry, 1, -1)
            if entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return nil }
        }
    }

    /// Has ``accept()`` return nil.
    func wake() { shutdown(descriptor, CInt(SHUT_RDWR)) }
}

/// A TCP port of 127.0.0.1 that nobody listens on at the moment: for what cannot be told to take port 0.
public func freePort() throws(SocketFailure) -> UInt16 {
    try ListeningSocket().address.port
}

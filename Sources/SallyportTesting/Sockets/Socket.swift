internal import Glibc
internal import Synchronization

/// One end of a stream connection, in plain POSIX calls that wait with poll(2): a judge of the product's own I/O that
/// shares none of its code.
///
/// One thread reads and one writes at a time; ``wake()`` may be called by any.
public final class Socket: Sendable {
    let descriptor: CInt
    private let isClosed = Mutex(false)

    /// Takes over a connected descriptor.
    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var on: CInt = 1
        _ = unsafe setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit { close() }

    /// Connects.
    ///
    /// - Parameters:
    ///   - source: a local address to come from, such as `127.0.0.9`, to be another client than the rest.
    ///   - receiveBuffer: the kernel's receive buffer in bytes, for tests of back-pressure.
    public static func connect(
        to address: SocketAddress, from source: String? = nil, receiveBuffer: CInt? = nil, deadline: Deadline = .soon
    ) throws(SocketFailure) -> Socket {
        let descriptor = socket(address.family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        let connection = Socket(descriptor)
        if let receiveBuffer { connection.limitReceiveBuffer(to: receiveBuffer) }
        if let source {
            let code = unsafe try SocketAddress.tcp(host: source, port: 0).withBytes { unsafe bind(descriptor, $0, $1) }
            guard code == 0 else { throw .system(call: "bind", code: errno) }
        }
        let code = unsafe try address.withBytes { unsafe Glibc.connect(descriptor, $0, $1) }
        if code != 0 {
            guard errno == EINPROGRESS || errno == EAGAIN else { throw .system(call: "connect", code: errno) }
            try connection.wait(for: POLLOUT, deadline, "a connection")
            var failure: CInt = 0
            var length = socklen_t(MemoryLayout<CInt>.size)
            _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
            guard failure == 0 else { throw .system(call: "connect", code: failure) }
        }
        return connection
    }

    /// Sends all bytes.
    public func send(_ bytes: some Sequence<UInt8>, deadline: Deadline = .soon) throws(SocketFailure) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = try sendSome(rest)
            rest = rest.dropFirst(count)
            if count == 0 { try wait(for: POLLOUT, deadline, "room to send \(rest.count) bytes") }
        }
    }

    /// Sends what fits; 0 when nothing does.
    public func sendSome(_ bytes: ArraySlice<UInt8>) throws(SocketFailure) -> Int {
        let count = unsafe bytes.withUnsafeBytes { room in
            unsafe Glibc.send(descriptor, room.baseAddress, room.count, CInt(MSG_NOSIGNAL))
        }
        guard count < 0 else { return count }
        switch errno {
        case EAGAIN, EINTR: return 0
        case EPIPE, ECONNRESET: throw .reset
        default: throw .system(call: "send", code: errno)
        }
    }

    /// What has come, as soon as anything has; empty at the end of the stream.
    public func receive(atMost limit: Int = 65536, deadline: Deadline = .soon) throws(SocketFailure) -> [UInt8] {
        while true {
            if let bytes = try receiveSome(atMost: limit) { return bytes }
            try wait(for: POLLIN, deadline, "bytes from the peer")
        }
    }

    /// What has come already; nil if nothing has, empty at the end of the stream.
    public func receiveSome(atMost limit: Int = 65536) throws(SocketFailure) -> [UInt8]? {
        var received = 0
        var code: CInt = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { room, count in
            received = unsafe recv(descriptor, room.baseAddress, limit, 0)
            if received < 0 { code = errno }
            count = max(0, received)
        }
        if received >= 0 { return bytes }
        switch code {
        case EAGAIN, EINTR: return nil
        case ECONNRESET: throw .reset
        default: throw .system(call: "recv", code: code)
        }
    }

    /// Sends the end of the stream and goes on reading.
    public func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Ends both directions so that a thread which waits for this socket goes on.
    public func wake() {
        // Once it is closed, the number may be another test's socket.
        isClosed.withLock { if !$0 { shutdown(descriptor, CInt(SHUT_RDWR)) } }
    }

    /// Closes; the peer sees the end, or a reset if it sent what was never read.
    public func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }

    /// Closes so that the peer sees a reset at once.
    public func reset() {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            var option = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    /// Limits what the kernel keeps for a reader who is slow; before the connection is made, or it has no full effect.
    public func limitReceiveBuffer(to bytes: CInt) {
        var size = bytes
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Limits what the kernel keeps for a writer.
    public func limitSendBuffer(to bytes: CInt) {
        var size = bytes
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }

    /// The port of this end.
    public var localPort: UInt16 { Self.port(of: descriptor) }

    static func port(of descriptor: CInt) -> UInt16 {
        // An IPv6 address begins like an IPv4 one: family and port; the kernel cuts the rest off.
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Waits until the kernel takes more.
    func waitForRoom(_ deadline: Deadline) throws(SocketFailure) { try wait(for: POLLOUT, deadline, "room to send") }

    private func wait(for events: CInt, _ deadline: Deadline, _ what: String) throws(SocketFailure) {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while unsafe poll(&entry, 1, deadline.milliseconds) <= 0 {
            if deadline.hasPassed { throw .timedOut(waitingFor: what) }
        }
    }
}

internal import CLibevent
internal import Glibc

/// Accepts connections on its loop and hands each to its owner.
///
/// For TCP each loop has a listener of its own on the same port (SO_REUSEPORT): the kernel spreads the connections. A Unix
/// socket is bound once and shared (see ``share(on:_:)``).
///
/// It belongs to its loop's thread. Safe: the event is its own and freed in ``close()``.
@safe
public final class Listener {
    /// Gets a connected socket that does not block, and the peer's address; it owns the socket.
    public typealias Handler = (CInt, SocketAddress) -> Void

    /// Where it listens; the port is the real one where 0 was asked for.
    public let address: SocketAddress
    private let loop: EventLoop
    private var descriptor: CInt
    private var handler: Handler
    private var acceptEvent: UnsafeMutablePointer<event>?
    private var isAccepting = false
    private var retry: LoopTimer?
    /// Called when the process or the system is out of descriptors or memory; accepting pauses for a moment then.
    public var onExhaustion: ((IOError) -> Void)?

    /// How many connections are accepted before other events get their turn.
    private static let batch = 64
    /// How long accepting pauses when there are no descriptors left.
    private static let exhaustionPauseMilliseconds: Int64 = 100

    /// Binds and listens, on any thread; accepting begins with ``start()``, on the loop's.
    ///
    /// A Unix socket that nobody listens on any more is replaced; one that somebody uses is an error (`EADDRINUSE`).
    public init(
        on loop: EventLoop, at address: SocketAddress, backlog: Int = 4096, _ handler: @escaping Handler
    ) throws(IOError) {
        self.loop = loop
        self.handler = handler
        descriptor = try Listener.bind(address, backlog: backlog)
        self.address = address.isUnix ? address : Socket.localAddress(of: descriptor) ?? address
    }

    private init(on loop: EventLoop, at address: SocketAddress, descriptor: CInt, _ handler: @escaping Handler) {
        self.loop = loop
        self.address = address
        self.descriptor = descriptor
        self.handler = handler
    }

    deinit { assert(descriptor < 0, "a listener is closed before it goes") }

    /// A second listener of the same socket, for another loop.
    public func share(on loop: EventLoop, _ handler: @escaping Handler) throws(IOError) -> Listener {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw IOError.last("share the socket of \(address)") }
        return Listener(on: loop, at: address, descriptor: copy, handler)
    }

    /// Begins, or goes on, to accept.
    public func start() {
        guard !isAccepting, descriptor >= 0 else { return }
        if unsafe acceptEvent == nil {
            let made = UnsafeMutablePointer<event>.allocate(capacity: 1)
            // The memory is the event's own; the listener outlives it, see `close()`.
            unsafe made.initialize(to: event())
            _ = unsafe event_assign(
                made, loop.base, descriptor, Int16(EV_READ | EV_PERSIST),
                { _, _, context in
                    guard let context = unsafe context else { return }
                    unsafe Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue().acceptAll(
                        limit: Listener.batch, evenPaused: false)
                }, Unmanaged.passUnretained(self).toOpaque())
            unsafe acceptEvent = made
        }
        isAccepting = unsafe event_add(acceptEvent, nil) == 0
    }

    /// Leaves new connections in the kernel's queue until ``start()``.
    public func pause() {
        // Whoever pauses it also says when it goes on.
        retry?.cancel()
        stopAccepting()
    }

    private func stopAccepting() {
        guard isAccepting else { return }
        isAccepting = false
        _ = unsafe event_del(acceptEvent)
    }

    /// Takes what is in the kernel's queue, so that nobody who is connected already is cut, and closes the socket.
    public func close() {
        guard descriptor >= 0 else { return }
        if unsafe acceptEvent != nil { acceptAll(limit: 4096, evenPaused: true) }
        if let freed = unsafe acceptEvent {
            // After `event_del` libevent has no pointer to it.
            _ = unsafe event_del(freed)
            unsafe freed.deallocate()
            unsafe acceptEvent = nil
        }
        isAccepting = false
        retry?.cancel()
        retry = nil
        _ = Glibc.close(descriptor)
        descriptor = -1
        handler = { socket, _ in _ = Glibc.close(socket) }
    }

    private func acceptAll(limit: Int, evenPaused: Bool) {
        for _ in 0..<limit {
            // The owner may pause or close it with each connection that it gets.
            guard descriptor >= 0, isAccepting || evenPaused else { return }
            var storage = sockaddr_storage()
            let socket = unsafe sallyport_accept(descriptor, &storage)
            if socket >= 0 {
                handler(socket, SocketAddress(storage) ?? SocketAddress(.unix(path: "")))
                continue
            }
            if errno == EAGAIN || errno == EWOULDBLOCK { return }
            let error = IOError.last("accept a connection at \(address)")
            if error.isExhaustion {
                // Who wants to connect waits in the kernel's queue; to ask again at once would be to ask all the time.
                onExhaustion?(error)
                return pauseForAMoment()
            }
            // The peer went before it was accepted, or the network broke: the next one.
        }
    }

    private func pauseForAMoment() {
        guard isAccepting else { return }
        stopAccepting()
        let timer = retry ?? LoopTimer(on: loop) { [unowned self] in start() }
        retry = timer
        timer.fire(afterMilliseconds: Self.exhaustionPauseMilliseconds)
    }

    private static func bind(_ address: SocketAddress, backlog: Int) throws(IOError) -> CInt {
        let descriptor = try Socket.make(for: address)
        do throws(IOError) {
            if address.isUnix {
                try removeStaleSocket(address)
            } else {
                Socket.set(SO_REUSEADDR, at: SOL_SOCKET, to: 1, of: descriptor)
                Socket.set(SO_REUSEPORT, at: SOL_SOCKET, to: 1, of: descriptor)
                // IPv4 has listeners of its own; accepted sockets inherit the other option.
                if address.family == AF_INET6 {
                    Socket.set(IPV6_V6ONLY, at: CInt(IPPROTO_IPV6), to: 1, of: descriptor)
                }
                Socket.setNoDelay(descriptor)
            }
            let code = unsafe address.withSocketAddress { unsafe Glibc.bind(descriptor, $0, $1) }
            if code != 0 { throw IOError.last("bind to \(address)") }
            if listen(descriptor, CInt(backlog)) != 0 { throw IOError.last("listen at \(address)") }
            return descriptor
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    /// Removes a Unix socket that is left over from a process that has ended.
    private static func removeStaleSocket(_ address: SocketAddress) throws(IOError) {
        guard case .unix(let path) = address.kind else { return }
        guard path.utf8.count <= SocketAddress.longestPath else {
            throw IOError(ENAMETOOLONG, "bind to \(address)")
        }
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let probe = try Socket.make(for: address)
        defer { _ = Glibc.close(probe) }
        let code = unsafe address.withSocketAddress { unsafe Glibc.connect(probe, $0, $1) }
        if code == 0 || errno == EAGAIN { throw IOError(EADDRINUSE, "bind to \(address)") }
        if errno == ECONNREFUSED { _ = unsafe unlink(path) }
    }
}

internal import CLibevent
internal import Glibc

/// A connected (or connecting) stream socket on its loop: the base class of connections.
///
/// Raw events and direct system calls: the subclass is told that the socket is readable or writable and calls
/// ``receive(into:)`` and ``send(_:)`` itself. Events are level-triggered and stay registered from one call to the next; an
/// idle stream owns one event and no buffer. It has one deadline, through ``WheelEntry``.
///
/// A stream belongs to its loop's thread. From ``register()`` to ``close()`` it holds a reference to itself; after
/// ``close()`` no method of it is called any more, and the object stays alive until the turn's end at least.
///
/// Safe: the events are this object's own, allocated and freed here; libevent never calls back after ``close()``.
@safe
open class SocketStream: WheelEntry {
    /// The loop that the stream hangs on.
    public final let loop: EventLoop
    /// The socket; -1 once closed.
    public private(set) final var descriptor: CInt
    /// Whether ``readable()`` is called.
    public private(set) final var isReading = false
    /// Whether ``writable()`` is called.
    public private(set) final var isWriting = false
    private final var isRegistered = false
    /// Whether libevent watches for reading and for writing; with TLS beneath, that may differ from what the owner asked for.
    private final var isReadArmed = false
    private final var isWriteArmed = false
    /// TLS beneath the bytes, once it was begun; see ``beginTLS(_:timeoutMilliseconds:)``.
    final var tls: TLSSession?
    /// libevent's read event: allocated when reading first starts, freed in `close()`.
    private final var readEvent: UnsafeMutablePointer<event>?
    /// libevent's write event: there only while it is needed.
    private final var writeEvent: UnsafeMutablePointer<event>?

    /// Takes over a socket that does not block.
    public init(loop: EventLoop, descriptor: CInt) {
        self.loop = loop
        self.descriptor = descriptor
        super.init()
    }

    deinit { assert(!isRegistered, "a stream is closed before it goes") }

    /// Begins to connect to an address.
    ///
    /// - Returns: whether the connection is there already. If not, ``writable()`` is called when it is or has failed
    ///   (see ``connectError``).
    public final func connect(to address: SocketAddress) throws(IOError) -> Bool {
        descriptor = try Socket.make(for: address)
        register()
        if !address.isUnix { Socket.setNoDelay(descriptor) }
        let code = unsafe address.withSocketAddress { unsafe Glibc.connect(descriptor, $0, $1) }
        if code == 0 { return true }
        guard errno == EINPROGRESS else { throw IOError.last("connect to \(address)") }
        startWriting()
        return false
    }

    /// Why an attempt to connect failed; nil if it did not.
    public final var connectError: IOError? {
        let code = Socket.pendingError(of: descriptor)
        return code == 0 ? nil : IOError(code, "connect")
    }

    /// Keeps the object alive from now on, until ``close()``.
    public final func register() {
        guard !isRegistered else { return }
        isRegistered = true
        // Released in `close()`.
        _ = unsafe Unmanaged.passRetained(self)
    }

    /// The socket has bytes to read, or the peer has ended or broken the connection.
    open func readable() {}

    /// The socket takes bytes again, or an attempt to connect came to something.
    open func writable() {}

    /// The TLS handshake is done: bytes flow. ``readable()`` and ``writable()`` follow as asked for.
    open func tlsEstablished() {}

    /// The TLS handshake failed, and the peer was told; what is left is to ``close()``, as happens by default.
    open func tlsFailed(_ error: TLSError) { close() }

    // MARK: Interest

    /// Has ``readable()`` called from now on.
    public final func startReading() {
        guard !isReading, descriptor >= 0 else { return }
        if let tls {
            isReading = true
            return tls.interestChanged(isReadingNew: true)
        }
        armReading()
        isReading = isReadArmed
    }

    /// Has ``readable()`` not called until further notice: the peer has to wait.
    public final func stopReading() {
        guard isReading else { return }
        isReading = false
        if let tls { tls.interestChanged(isReadingNew: false) } else { disarmReading() }
    }

    /// Has ``writable()`` called when the socket takes bytes.
    public final func startWriting() {
        guard !isWriting, descriptor >= 0 else { return }
        if let tls {
            isWriting = true
            return tls.interestChanged(isReadingNew: false)
        }
        armWriting()
        isWriting = isWriteArmed
    }

    /// Has ``writable()`` not called any more.
    public final func stopWriting() {
        guard isWriting else { return }
        isWriting = false
        if let tls { tls.interestChanged(isReadingNew: false) } else { disarmWriting() }
    }

    /// Has libevent watch for what TLS needs.
    final func arm(reading: Bool, writing: Bool) {
        guard descriptor >= 0 else { return }
        if reading != isReadArmed { reading ? armReading() : disarmReading() }
        if writing != isWriteArmed { writing ? armWriting() : disarmWriting() }
    }

    private final func armReading() {
        if unsafe readEvent == nil {
            unsafe readEvent = makeEvent(Int16(EV_READ | EV_PERSIST)) { _, _, context in
                guard let context = unsafe context else { return }
                // The stream retains itself while it has events.
                let stream = unsafe Unmanaged<SocketStream>.fromOpaque(context).takeUnretainedValue()
                if let tls = stream.tls { tls.readEvent() } else { stream.readable() }
            }
        }
        isReadArmed = unsafe event_add(readEvent, nil) == 0
    }

    private final func disarmReading() {
        isReadArmed = false
        _ = unsafe event_del(readEvent)
    }

    private final func armWriting() {
        if unsafe writeEvent == nil {
            unsafe writeEvent = makeEvent(Int16(EV_WRITE | EV_PERSIST)) { _, _, context in
                guard let context = unsafe context else { return }
                // As for reading.
                let stream = unsafe Unmanaged<SocketStream>.fromOpaque(context).takeUnretainedValue()
                if let tls = stream.tls { tls.writeEvent() } else { stream.writable() }
            }
        }
        isWriteArmed = unsafe event_add(writeEvent, nil) == 0
    }

    private final func disarmWriting() {
        isWriteArmed = false
        _ = unsafe event_del(writeEvent)
    }

    private final func makeEvent(
        _ what: Int16, _ callback: @convention(c) (CInt, Int16, UnsafeMutableRawPointer?) -> Void
    ) -> UnsafeMutablePointer<event> {
        let made = UnsafeMutablePointer<event>.allocate(capacity: 1)
        // The memory is the event's own; the context outlives the event, see `register()`.
        unsafe made.initialize(to: event())
        _ = unsafe event_assign(
            made, loop.base, descriptor, what, callback, Unmanaged.passUnretained(self).toOpaque())
        return unsafe made
    }

    // MARK: Bytes

    /// Reads what is there, up to the buffer's size.
    public final func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        if let tls { return unsafe tls.receive(into: buffer) }
        while true {
            // The caller owns the buffer.
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    /// Shows what is there, up to the buffer's size, and leaves it there: for what comes before TLS. The next read, or TLS,
    /// gets the same bytes.
    public final func peek(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        while true {
            // The caller owns the buffer.
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_PEEK))
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    /// Writes as much as the socket takes now.
    ///
    /// With TLS beneath, bytes that were not taken have to be offered again, first and unchanged; more may follow them.
    public final func send(_ bytes: UnsafeRawBufferPointer) -> SendResult {
        if let tls { return unsafe tls.send(bytes) }
        var sent = 0
        while sent < bytes.count {
            // `sent` stays below the buffer's size.
            let count = unsafe Glibc.send(
                descriptor, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent, CInt(MSG_NOSIGNAL))
            if count >= 0 {
                sent += count
                // A short write means a full socket: asking again would only say so.
                if sent < bytes.count { break }
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                break
            } else if errno != EINTR {
                return .failed(errno)
            }
        }
        return .bytes(sent)
    }

    /// Writes two pieces with one system call, as much as the socket takes now.
    public final func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> SendResult {
        if first.count == 0 { return unsafe send(second) }
        if second.count == 0 { return unsafe send(first) }
        if let tls { return unsafe tls.send(first, second) }
        let head = unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count)
        let body = unsafe iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
        var parts = unsafe (head, body)
        while true {
            // Both parts are the caller's, and only read from.
            let count = unsafe withUnsafeMutablePointer(to: &parts) { pointer in
                unsafe pointer.withMemoryRebound(to: iovec.self, capacity: 2) { vector in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = vector
                    unsafe message.msg_iovlen = 2
                    return unsafe sendmsg(descriptor, &message, CInt(MSG_NOSIGNAL))
                }
            }
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .bytes(0)
            default: return .failed(errno)
            }
        }
    }

    /// Tells the peer that no more bytes come; reading goes on.
    public final func endSending() {
        if let tls { tls.endSending() } else { endSendingBeneath() }
    }

    final func endSendingBeneath() { _ = shutdown(descriptor, CInt(SHUT_WR)) }

    /// Whether bytes of the peer wait to be read, perhaps before its end.
    public final var hasReceivedBytes: Bool {
        if let tls { return tls.peek() == .bytes(1) }
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// Whether a peer that is not expected to send has ended or broken the connection, or has sent something.
    public final var hasUnexpectedInput: Bool {
        // What TLS has to say for itself (tickets, new keys) is expected.
        if let tls { return tls.peek() != .wouldBlock }
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
        return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    }

    // MARK: End

    /// Has ``close()`` send a reset, so that the peer does not take a cut message for a whole one.
    public final func abortOnClose() {
        tls?.isAborted = true
        var value = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Closes the socket, frees the events and lets the object go; further calls do nothing.
    public final func close() {
        guard descriptor >= 0 else { return }
        tls?.close()
        tls = nil
        isReading = false
        isWriting = false
        isReadArmed = false
        isWriteArmed = false
        unsafe freeEvent(&readEvent)
        unsafe freeEvent(&writeEvent)
        _ = Glibc.close(descriptor)
        descriptor = -1
        loop.cancelDeadline(of: self)
        guard isRegistered else { return }
        isRegistered = false
        // A method of it may be on the stack.
        loop.retire(self)
        // Retained in `register()`.
        unsafe Unmanaged.passUnretained(self).release()
    }

    /// Gives up on TLS, whose handshake has failed: what the socket brings and takes from now on is as it is.
    public final func endTLS() {
        guard let tls else { return }
        tls.close()
        self.tls = nil
        arm(reading: isReading, writing: isWriting)
    }

    private final func freeEvent(_ slot: inout UnsafeMutablePointer<event>?) {
        guard let freed = unsafe slot else { return }
        unsafe slot = nil
        // After `event_del` libevent has no pointer to it, not even for a callback of this turn.
        _ = unsafe event_del(freed)
        unsafe freed.deallocate()
    }
}

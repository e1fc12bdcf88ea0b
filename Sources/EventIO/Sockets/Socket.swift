internal import CLibevent
internal import Glibc

/// The system calls that make sockets; all of them give descriptors that do not block and that children do not inherit.
enum Socket {
    /// Makes a stream socket for an address' family.
    static func make(for address: SocketAddress) throws(IOError) -> CInt {
        let descriptor = sallyport_stream_socket(address.family)
        if descriptor < 0 { throw IOError.last("create a socket for \(address)") }
        return descriptor
    }

    /// Sets an option that is a number.
    static func set(_ option: CInt, at level: CInt, to value: CInt, of descriptor: CInt) {
        var value = value
        // The only failure is an option that the kernel does not know, and then it does without.
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Sends small writes at once (Nagle's algorithm off).
    static func setNoDelay(_ descriptor: CInt) { set(TCP_NODELAY, at: CInt(IPPROTO_TCP), to: 1, of: descriptor) }

    /// The error that an asynchronous connect or an earlier write has left; 0 for none.
    static func pendingError(of descriptor: CInt) -> CInt {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return errno }
        return code
    }

    /// Where a socket is bound.
    static func localAddress(of descriptor: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Every socket address begins with the members of `sockaddr`, and the storage is as large as any.
        let code = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return code == 0 ? SocketAddress(storage) : nil
    }
}

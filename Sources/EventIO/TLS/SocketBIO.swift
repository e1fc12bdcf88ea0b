internal import CLibevent
internal import COpenSSL
internal import Glibc

/// How OpenSSL reaches a socket: like its own socket BIO, but a peer that is gone raises no signal.
enum SocketBIO {
    /// Made once, and never freed. Safe: OpenSSL only reads from it.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = unsafe BIO_meth_new(BIO_get_new_index() | CInt(BIO_TYPE_SOURCE_SINK), "socket") else {
            return nil
        }
        unsafe BIO_meth_set_write(method) { bio, bytes, count in unsafe SocketBIO.write(bio, bytes, count) }
        unsafe BIO_meth_set_read(method) { bio, bytes, count in unsafe SocketBIO.read(bio, bytes, count) }
        unsafe BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: unsafe BIO_test_flags(bio, endFlag) != 0 ? 1 : 0
            default: 0
            }
        }
        unsafe BIO_meth_set_create(method) { bio in
            unsafe BIO_set_init(bio, 1)
            return 1
        }
        return unsafe method
    }()
    /// `BIO_FLAGS_IN_EOF`.
    private static let endFlag: CInt = 0x800

    /// A BIO over a session's socket, which stays its owner's; nil when memory is used up.
    static func make(for session: TLSSession) -> OpaquePointer? {
        guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
        // The session frees the SSL, and the BIO with it, before it goes.
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        return unsafe bio
    }

    private static func session(_ bio: OpaquePointer?) -> TLSSession? {
        // As above: it lives for as long as OpenSSL may call.
        unsafe BIO_get_data(bio).map { unsafe Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func write(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: CInt) -> CInt {
        unsafe BIO_clear_flags(
            bio, CInt(BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY))
        guard let session = unsafe session(bio) else { return -1 }
        while true {
            // OpenSSL's memory, for this call.
            let sent = unsafe send(session.descriptor, bytes, Int(count), CInt(MSG_NOSIGNAL))
            if sent >= 0 { return CInt(sent) }
            if errno == EINTR { continue }
            if errno == EAGAIN || errno == EWOULDBLOCK {
                unsafe BIO_set_flags(bio, CInt(BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY))
            }
            return -1
        }
    }

    private static func read(_ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: CInt) -> CInt {
        unsafe BIO_clear_flags(
            bio, CInt(BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY))
        guard let session = unsafe session(bio) else { return -1 }
        guard session.allowance > 0 else {
            // As if nothing more had come: the socket's event says otherwise in the loop's next turn.
            unsafe BIO_set_flags(bio, CInt(BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY))
            return -1
        }
        while true {
            // As for writing.
            let received = unsafe recv(session.descriptor, bytes, Int(count), 0)
            if received > 0 {
                session.allowance -= received
                return CInt(received)
            }
            if received == 0 {
                unsafe BIO_set_flags(bio, endFlag)
                return 0
            }
            if errno == EINTR { continue }
            if errno == EAGAIN || errno == EWOULDBLOCK {
                unsafe BIO_set_flags(bio, CInt(BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY))
            }
            return -1
        }
    }
}

internal import Glibc

/// A TCP port of 127.0.0.1 on which connections are refused, for as long as this lives: it is taken, and nobody listens.
public final class DeadPort: Sendable {
    private let descriptor: CInt
    /// The port.
    public let number: UInt16

    /// Takes a port.
    public init() throws(SocketFailure) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        let code = unsafe try SocketAddress.local(0).withBytes { [descriptor] in unsafe bind(descriptor, $0, $1) }
        guard code == 0 else { throw .system(call: "bind", code: errno) }
        number = Socket.port(of: descriptor)
    }

    deinit { close(descriptor) }
}

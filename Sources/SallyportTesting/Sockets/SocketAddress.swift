internal import Glibc

/// Where a test connects or listens.
public enum SocketAddress: Sendable, Hashable {
    /// A numeric IPv4 or IPv6 address and a port.
    case tcp(host: String, port: UInt16)
    /// The path of a Unix socket.
    case unix(path: String)

    /// A port of 127.0.0.1.
    public static func local(_ port: UInt16) -> SocketAddress { .tcp(host: "127.0.0.1", port: port) }

    /// The port; 0 for a Unix socket.
    public var port: UInt16 {
        switch self {
        case .tcp(_, let port): port
        case .unix: 0
        }
    }

    /// The address family as socket(2) takes it.
    var family: CInt {
        switch self {
        case .tcp(let host, _): host.contains(":") ? AF_INET6 : AF_INET
        case .unix: AF_UNIX
        }
    }

    /// Calls a body with the address as bind(2) and connect(2) take it.
    func withBytes<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) throws(SocketFailure) -> Value {
        switch self {
        case .tcp(let host, let port) where family == AF_INET:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { throw notAnAddress }
            return unsafe Self.call(&address, body)
        case .tcp(let host, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { throw notAnAddress }
            return unsafe Self.call(&address, body)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
                guard bytes.count < room.count else { return false }
                unsafe room.copyBytes(from: bytes)
                return true
            }
            guard fits else { throw notAnAddress }
            return unsafe Self.call(&address, body)
        }
    }

    private var notAnAddress: SocketFailure { .system(call: "address \(self)", code: EINVAL) }

    private static func call<Address, Value>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        let length = socklen_t(MemoryLayout<Address>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}

internal import Glibc

/// Where a socket is bound or connected: IPv4, IPv6, or the path of a Unix socket.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// The kinds.
    public enum Kind: Sendable, Hashable {
        /// Four bytes in reading order, and the port.
        case ipv4(UInt32, port: UInt16)
        /// Sixteen bytes as two numbers, the first byte in the highest bits, and the port.
        case ipv6(high: UInt64, low: UInt64, port: UInt16)
        /// The path of a Unix socket; empty for a client that has none.
        case unix(path: String)
    }

    /// The address.
    public let kind: Kind

    /// An address.
    public init(_ kind: Kind) { self.kind = kind }

    /// The port; nil for a Unix socket.
    public var port: UInt16? {
        switch kind {
        case .ipv4(_, let port), .ipv6(_, _, let port): port
        case .unix: nil
        }
    }

    /// Whether it is a Unix socket.
    public var isUnix: Bool { port == nil }

    /// The same address with another port; a Unix socket stays as it is.
    public func with(port: UInt16) -> SocketAddress {
        switch kind {
        case .ipv4(let address, _): SocketAddress(.ipv4(address, port: port))
        case .ipv6(let high, let low, _): SocketAddress(.ipv6(high: high, low: low, port: port))
        case .unix: self
        }
    }

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`.
    public var description: String {
        switch kind {
        case .unix(let path): return "unix:\(path)"
        case .ipv4(let address, let port):
            return (0..<4).map { String(address >> UInt32(24 - $0 * 8) & 255) }.joined(separator: ".") + ":\(port)"
        case .ipv6(_, _, let port):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            return unsafe withSocketAddress { address, _ in
                // The kind says that it is a sockaddr_in6, whose address lies 8 bytes in.
                guard let found = unsafe inet_ntop(AF_INET6, UnsafeRawPointer(address) + 8, &text, 46) else {
                    return "[?]"
                }
                return unsafe "[\(String(cString: found))]:\(port)"
            }
        }
    }
}

extension SocketAddress {
    /// The protocol family for `socket(2)`.
    var family: CInt {
        switch kind {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Lends the address in the system's form.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length = fill(&storage)
        // Every socket address begins with the members of `sockaddr`, and the storage is as large as any.
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    private func fill(_ storage: inout sockaddr_storage) -> socklen_t {
        // Each form is written over the storage, which is larger and aligned for all of them.
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            switch kind {
            case .ipv4(let address, let port):
                var form = sockaddr_in()
                form.sin_family = sa_family_t(AF_INET)
                form.sin_port = port.bigEndian
                form.sin_addr.s_addr = address.bigEndian
                unsafe bytes.storeBytes(of: form, as: sockaddr_in.self)
                return socklen_t(MemoryLayout<sockaddr_in>.size)
            case .ipv6(let high, let low, let port):
                var form = sockaddr_in6()
                form.sin6_family = sa_family_t(AF_INET6)
                form.sin6_port = port.bigEndian
                unsafe bytes.storeBytes(of: form, as: sockaddr_in6.self)
                unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
                unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            case .unix(let path):
                unsafe bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                let letters = Array(path.utf8.prefix(Self.longestPath))
                for (index, letter) in letters.enumerated() { unsafe bytes[2 + index] = letter }
                return socklen_t(2 + letters.count + 1)
            }
        }
    }

    /// The longest path of a Unix socket, in bytes, that the system takes.
    public static let longestPath = 107

    /// Reads the system's form.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        let family = CInt(storage.ss_family)
        let kind: Kind? = unsafe withUnsafeBytes(of: &storage) { bytes in
            // The family tells which form it is; the storage is as large as any.
            switch family {
            case AF_INET:
                let form = unsafe bytes.load(as: sockaddr_in.self)
                return .ipv4(UInt32(bigEndian: form.sin_addr.s_addr), port: UInt16(bigEndian: form.sin_port))
            case AF_INET6:
                let port = unsafe bytes.load(as: sockaddr_in6.self).sin6_port
                let high = unsafe bytes.load(fromByteOffset: 8, as: UInt64.self)
                let low = unsafe bytes.load(fromByteOffset: 16, as: UInt64.self)
                return .ipv6(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: UInt16(bigEndian: port))
            case AF_UNIX:
                return .unix(path: "")
            default: return nil
            }
        }
        guard let kind else { return nil }
        self.init(kind)
    }
}

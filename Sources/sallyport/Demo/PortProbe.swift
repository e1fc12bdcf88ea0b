internal import Glibc

/// Looks whether a port is taken. The proxy's own listeners would not notice: they share their port (SO_REUSEPORT), and so
/// two demos would divide the clients between them.
enum PortProbe {
    /// Whether nobody listens at a port of 127.0.0.1; 0 is always free.
    static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { _ = close(descriptor) }
        // Connections of an earlier process that are on their way out do not count; a listener does.
        var isReused: CInt = 1
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            // A `sockaddr_in` begins with the members of `sockaddr`.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // What else is wrong with the port, the listener tells.
        return code == 0 || errno != EADDRINUSE
    }
}

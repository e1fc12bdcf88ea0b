internal import Glibc

extension SocketAddress {
    /// Parses a numeric IPv4 or IPv6 address (without brackets); nil for anything else.
    public init?(numericHost host: String, port: UInt16) {
        guard let found = try? SocketAddress.look(up: host, port: port, flags: AI_NUMERICHOST).first else { return nil }
        self = found
    }

    /// Resolves a host's name. It asks the network and blocks: never on a loop.
    public static func resolve(host: String, port: UInt16) throws(IOError) -> [SocketAddress] {
        try look(up: host, port: port, flags: AI_ADDRCONFIG)
    }

    private static func look(up host: String, port: UInt16, flags: CInt) throws(IOError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        guard code == 0 else {
            throw IOError(code == EAI_SYSTEM ? errno : ENOENT, "resolve the host name \(host)")
        }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            var storage = sockaddr_storage()
            // The list's entries are valid until it is freed, and no address is larger than the storage.
            if let address = unsafe entry.pointee.ai_addr {
                unsafe memcpy(
                    &storage, address, min(Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size))
            }
            if let found = SocketAddress(storage)?.with(port: port), !addresses.contains(found) {
                addresses.append(found)
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}

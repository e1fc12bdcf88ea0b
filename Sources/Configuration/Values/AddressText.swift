internal import HTTPWire

/// Reads addresses of listeners and upstreams: `HOST:PORT`, `[V6]:PORT`, `unix:PATH`.
enum AddressText {
    /// What stands in for a listener's or an upstream's address, or what is wrong with it.
    enum Reading {
        case address(ListenerConfiguration.Address)
        case refused(String)
    }

    /// - Parameters:
    ///   - mayBeName: whether the host may be a name to look up (upstreams) or must be numeric (listeners).
    static func read(_ text: String, mayBeName: Bool, _ context: ReadingContext) -> Reading {
        if text.hasPrefix("unix:") { return unixSocket(String(text.dropFirst(5)), context) }
        let example =
            mayBeName ? "127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH" : "127.0.0.1:8080, [::]:8080 or unix:PATH"
        guard !text.contains("/") else {
            return .refused("“\(text)” is no address: write \(example), without a scheme and a path")
        }
        guard let colon = text.lastIndex(of: ":") else { return .refused("“\(text)” has no port: write \(example)") }
        let host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else {
            return .refused("“\(text)” does not end in a port from 0 to 65535: write \(example)")
        }
        guard port > 0 || !mayBeName else {
            return .refused("port 0 cannot be connected to: write the port of the application")
        }
        if host.first == "[" {
            let literal = String(host.dropFirst().dropLast())
            guard host.last == "]", literal.contains(":"), IPAddress(literal) != nil else {
                return .refused("“\(host)” is no IPv6 address in brackets: write \(example)")
            }
            return .address(.tcp(host: literal, port: port))
        }
        if IPAddress(String(host)) != nil {
            guard !host.contains(":") else {
                return .refused("an IPv6 address stands in brackets: write [\(host)]:\(digits)")
            }
            return .address(.tcp(host: String(host), port: port))
        }
        guard !host.isEmpty else { return .refused("“\(text)” has no host: write \(example)") }
        guard mayBeName else {
            return .refused("“\(host)” is no numeric address: write \(example)")
        }
        guard isHostName(host) else { return .refused("“\(host)” is no host name and no address: write \(example)") }
        return .address(.tcp(host: host.lowercased(), port: port))
    }

    /// The path of a socket has 107 bytes at most (unix(7)).
    private static func unixSocket(_ path: String, _ context: ReadingContext) -> Reading {
        guard context.isPath(path) else { return .refused("unix: names no socket: write unix:PATH") }
        let resolved = context.resolved(path)
        guard resolved.utf8.count <= 107 else {
            return .refused(
                "the socket's path has \(resolved.utf8.count) bytes, and the system allows 107: choose a shorter one")
        }
        return .address(.unix(path: resolved))
    }

    /// Whether it is a host's name, or a numeric address without brackets.
    static func isHost(_ text: String) -> Bool { IPAddress(text) != nil || isHostName(text) }

    /// Letters, digits and hyphens in labels of at most 63 (RFC 1123 §2.1); underscores, which container names have.
    static func isHostName(_ name: some StringProtocol) -> Bool {
        guard name.utf8.count <= 253 else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // A last label of digits alone would be taken for an IPv4 address by some resolvers.
        guard let last = labels.last, !last.utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
        return labels.allSatisfy { label in
            guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
            return label.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
            }
        }
    }
}

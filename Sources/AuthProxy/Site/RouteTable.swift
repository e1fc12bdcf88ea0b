internal import SallyportConfiguration
internal import HTTPWire

/// Finds what is served at a host and a canonical path, in time that does not grow with the number of routes.
///
/// The most specific match wins: a route that names the host before one with a star, and that before one without a host;
/// then an exact path; then the longest prefix, which ends at a segment. Methods come last, and never lead elsewhere: where
/// no route of the place takes the method, that is 405, and not what a less specific place would do with it. The path is
/// hashed once, and each of its segment ends asks one hash table. It cannot be copied, so that no request does.
struct RouteTable: ~Copyable, Sendable {
    /// The routes of one host.
    private struct Paths: Sendable {
        var exact = PathTable()
        var prefix = PathTable()
    }

    private var anyHost = Paths()
    private var hosts = HostTable<Paths>()

    /// Adds a route; false if there is one for the same host, path and method already.
    mutating func add(_ route: Route, host: String?, path: [UInt8], isExact: Bool) -> Bool {
        var stored = path
        if !isExact, stored.last == UInt8(ascii: "/") { stored.removeLast() }
        guard let host else { return Self.insert(route, stored, isExact, into: &anyHost) }
        let index = hosts.index(of: host, orMake: Paths())
        return Self.insert(route, stored, isExact, into: &hosts[index])
    }

    private static func insert(_ route: Route, _ path: [UInt8], _ isExact: Bool, into paths: inout Paths) -> Bool {
        isExact ? paths.exact.insert(route, path: path) : paths.prefix.insert(route, path: path)
    }

    /// Finds the place.
    ///
    /// - Parameters:
    ///   - host: the host in lower case without port; empty where the request names none.
    ///   - path: the path in the form that ``CanonicalTarget/appendMatchingPath(of:to:)`` gives.
    func find(host: RawSpan, path: RawSpan) -> RoutePlace? {
        if !hosts.isEmpty, host.byteCount > 0, let found = hosts.find(host, { Self.find(in: $0, path) }) {
            return found
        }
        return Self.find(in: anyHost, path)
    }

    @inline(__always)
    private static func find(in paths: borrowing Paths, _ path: RawSpan) -> RoutePlace? {
        var hash = PathHash()
        var best = -1
        let end = path.byteCount
        // The root's prefix is empty.
        for offset in 0..<end {
            let byte = path.byteAt(offset)
            if byte == UInt8(ascii: "/") {
                let found = paths.prefix.find(hash.value, path, offset)
                if found >= 0 { best = found }
            }
            hash.add(byte)
        }
        let exact = paths.exact.find(hash.value, path, end)
        if exact >= 0 { return paths.exact[exact] }
        let whole = paths.prefix.find(hash.value, path, end)
        if whole >= 0 { best = whole }
        return best >= 0 ? paths.prefix[best] : nil
    }
}

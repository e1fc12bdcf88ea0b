internal import Configuration
internal import HTTPWire

/// Finds the route for a host and a canonical path, in time that does not grow with their number.
///
/// The most specific match wins: a route that names the host before one that does not; then an exact path; then the
/// longest prefix, which ends at a segment. The path is hashed once, and each of its segment ends asks one hash table.
struct RouteTable: Sendable {
    /// The routes of one host.
    private struct Paths: Sendable {
        var exact: [UInt64: [Entry]] = [:]
        var prefix: [UInt64: [Entry]] = [:]
    }

    private struct Entry: Sendable {
        /// The path, or the prefix without a slash at its end (empty for the root).
        var path: [UInt8]
        var route: Route
    }

    private var anyHost = Paths()
    private var hosts: [UInt64: [(host: [UInt8], paths: Paths)]] = [:]

    /// Adds a route; false if there is one for the same host and path already.
    mutating func add(_ route: Route, host: String?, path: [UInt8], isExact: Bool) -> Bool {
        var stored = path
        if !isExact, stored.last == UInt8(ascii: "/") { stored.removeLast() }
        let entry = Entry(path: stored, route: route)
        guard let host = host.map({ Array($0.utf8) }) else { return Self.insert(entry, isExact, into: &anyHost) }
        let key = PathHash.of(host)
        var bucket = hosts[key] ?? []
        let index: Int
        if let found = bucket.firstIndex(where: { $0.host == host }) {
            index = found
        } else {
            index = bucket.count
            bucket.append((host, Paths()))
        }
        let isNew = Self.insert(entry, isExact, into: &bucket[index].paths)
        hosts[key] = bucket
        return isNew
    }

    private static func insert(_ entry: Entry, _ isExact: Bool, into paths: inout Paths) -> Bool {
        let key = PathHash.of(entry.path)
        var bucket = (isExact ? paths.exact[key] : paths.prefix[key]) ?? []
        guard !bucket.contains(where: { $0.path == entry.path }) else { return false }
        bucket.append(entry)
        if isExact { paths.exact[key] = bucket } else { paths.prefix[key] = bucket }
        return true
    }

    /// Finds the route.
    ///
    /// - Parameters:
    ///   - host: the host in lower case without port; empty where the request names none.
    ///   - path: the canonical path, without parameters of segments.
    func find(host: RawSpan, path: RawSpan) -> Route? {
        if !hosts.isEmpty, host.byteCount > 0, let bucket = hosts[PathHash.of(host, count: host.byteCount)] {
            for entry in bucket where Self.isEqual(entry.host, host, host.byteCount) {
                if let found = Self.find(in: entry.paths, path) { return found }
            }
        }
        return Self.find(in: anyHost, path)
    }

    private static func find(in paths: Paths, _ path: RawSpan) -> Route? {
        var hash = PathHash()
        var best: Route?
        let end = path.byteCount
        // The root's prefix is empty.
        for offset in 0..<end {
            let byte = path.byteAt(offset)
            if byte == UInt8(ascii: "/"), let found = match(paths.prefix, hash.value, path, offset) { best = found }
            hash.add(byte)
        }
        if let found = match(paths.exact, hash.value, path, end) { return found }
        return match(paths.prefix, hash.value, path, end) ?? best
    }

    private static func match(_ table: [UInt64: [Entry]], _ key: UInt64, _ path: RawSpan, _ count: Int) -> Route? {
        guard !table.isEmpty, let bucket = table[key] else { return nil }
        for entry in bucket where isEqual(entry.path, path, count) { return entry.route }
        return nil
    }

    private static func isEqual(_ stored: [UInt8], _ bytes: RawSpan, _ count: Int) -> Bool {
        guard stored.count == count else { return false }
        for index in 0..<count where stored[index] != bytes.byteAt(index) { return false }
        return true
    }
}

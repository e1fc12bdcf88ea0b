/// Where Redis is and how to sign in to it, as a URL:
///
///     redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]
///     unix://[USER[:PASSWORD]@]PATH[?db=DATABASE]
///
/// User, password, host and path may be percent-encoded (RFC 3986 §2.1). An empty user, as in `redis://:PASSWORD@HOST`,
/// is Redis' default user.
struct RedisURL: Sendable, Equatable {
    /// What is connected to.
    enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    var endpoint: Endpoint
    var user: String?
    var password: String?
    var database = 0

    /// Reads a URL; each failure is a ``RedisURLError``.
    init(_ text: String) throws(RedisURLError) {
        guard let separator = text.firstRange(of: "://") else {
            throw RedisURLError("the store URL has no scheme: write redis://HOST:PORT or unix://PATH")
        }
        var rest = text[separator.upperBound...]
        let query = rest.firstIndex(of: "?").map { index in
            defer { rest = rest[..<index] }
            return rest[rest.index(after: index)...]
        }
        guard !rest.contains("#") else { throw RedisURLError("a store URL has no fragment: write # as %23") }
        let scheme = text[..<separator.lowerBound].lowercased()
        switch scheme {
        case "redis":
            var authority = rest
            var path: Substring = ""
            if let slash = rest.firstIndex(of: "/") { (authority, path) = (rest[..<slash], rest[slash...].dropFirst()) }
            (user, password) = try Self.credentials(&authority)
            endpoint = try Self.host(authority)
            if !path.isEmpty { database = try Self.database(path) }
        case "unix":
            // An @ in the path is not one that ends the credentials.
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            var authority = rest[..<slash]
            (user, password) = try Self.credentials(&authority)
            guard let path = PercentEncoding.decoded((authority + rest[slash...]).utf8), !path.isEmpty,
                !path.utf8.contains(0)
            else {
                throw RedisURLError("the store URL names no socket: write unix:///PATH")
            }
            endpoint = .unix(path: path)
        case "rediss", "redis+sentinel", "redis+cluster":
            throw RedisURLError("\(scheme):// is not supported yet: write redis://HOST:PORT or unix://PATH")
        default:
            throw RedisURLError("the store URL's scheme is not known: write redis://HOST:PORT or unix://PATH")
        }
        if let query { database = try Self.database(query: query) }
    }

    /// Takes `USER[:PASSWORD]@` off the front.
    private static func credentials(_ rest: inout Substring) throws(RedisURLError) -> (String?, String?) {
        // The last one counts: an @ in a password is often left as it is.
        guard let at = rest.lastIndex(of: "@") else { return (nil, nil) }
        let information = rest[..<at]
        rest = rest[rest.index(after: at)...]
        let parts = information.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = PercentEncoding.decoded(parts[0].utf8) else {
            throw RedisURLError("the store URL's user is not percent-encoded UTF-8")
        }
        guard parts.count == 2 else { return (user.isEmpty ? nil : user, nil) }
        guard let password = PercentEncoding.decoded(parts[1].utf8) else {
            throw RedisURLError("the store URL's password is not percent-encoded UTF-8: write % as %25")
        }
        return (user.isEmpty ? nil : user, password)
    }

    private static func host(_ authority: Substring) throws(RedisURLError) -> Endpoint {
        var host = authority
        var port: Substring = ""
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw RedisURLError("the store URL's IPv6 address has no closing bracket")
            }
            host = authority[..<end].dropFirst()
            port = authority[end...].dropFirst()
            guard port.isEmpty || port.first == ":" else {
                throw RedisURLError("in the store URL only a port may follow the IPv6 address")
            }
            port = port.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            (host, port) = (authority[..<colon], authority[colon...].dropFirst())
        }
        guard let name = PercentEncoding.decoded(host.utf8), !name.isEmpty, !name.utf8.contains(0) else {
            throw RedisURLError("the store URL names no host: write redis://HOST:PORT")
        }
        guard !port.isEmpty else { return .tcp(host: name, port: 6379) }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
            throw RedisURLError("the store URL's port is not a number from 1 to 65535")
        }
        return .tcp(host: name, port: number)
    }

    private static func database(_ text: Substring) throws(RedisURLError) -> Int {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text), number <= 1_000_000 else {
            throw RedisURLError("the store URL's database is not a number: write redis://HOST:PORT/0")
        }
        return number
    }

    private static func database(query: Substring) throws(RedisURLError) -> Int {
        let parts = query.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "db" else {
            throw RedisURLError("the store URL's only parameter is db: write ?db=0")
        }
        return try database(parts[1])
    }
}

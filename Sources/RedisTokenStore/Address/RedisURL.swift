/// Where Redis is and how to sign in to it, as a URL:
///
///     redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]
///     unix://[USER[:PASSWORD]@]PATH[?db=DATABASE]
///     redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]]…/SERVICE[/DATABASE]
///         [?sentinel_user=USER][&sentinel_password=PASSWORD]
///     redis+cluster://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]]…
///
/// With `rediss` in place of `redis` every connection speaks TLS, those to sentinels too.
/// User, password, host, path, service and parameters may be percent-encoded (RFC 3986 §2.1). An empty user, as in
/// `redis://:PASSWORD@HOST`, is Redis' default user. Sentinels have users of their own, and need none by default.
struct RedisURL: Sendable, Equatable {
    /// What is connected to.
    enum Endpoint: Sendable, Equatable {
        case tcp(RedisHost)
        case unix(path: String)
        case sentinel(SentinelGroup)
        /// Some nodes of a cluster, which know all others.
        case cluster([RedisHost])
    }

    static let examples =
        "write redis://HOST:PORT, unix://PATH, redis+sentinel://HOST:PORT,HOST:PORT/SERVICE or "
        + "redis+cluster://HOST:PORT,HOST:PORT; with rediss in front for TLS"

    var endpoint: Endpoint
    /// Whether TLS is spoken.
    var usesTLS = false
    var credentials = RedisCredentials()
    var database = 0

    /// Reads a URL; each failure is a ``RedisURLError``.
    init(_ text: String) throws(RedisURLError) {
        guard let separator = text.firstRange(of: "://") else {
            throw RedisURLError("the store URL has no scheme: \(Self.examples)")
        }
        var rest = text[separator.upperBound...]
        let query = rest.firstIndex(of: "?").map { index in
            defer { rest = rest[..<index] }
            return rest[rest.index(after: index)...]
        }
        guard !rest.contains("#") else { throw RedisURLError("a store URL has no fragment: write # as %23") }
        var parameters = try Self.parameters(query)
        // An @ in a path is not one that ends the credentials.
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = rest[..<slash]
        credentials = try Self.credentials(&authority)
        let path = rest[slash...].dropFirst()
        var scheme = text[..<separator.lowerBound].lowercased()
        if scheme == "rediss" || scheme.hasPrefix("rediss+") {
            usesTLS = true
            scheme.remove(at: scheme.index(scheme.startIndex, offsetBy: 5))
        }
        switch scheme {
        case "redis":
            endpoint = .tcp(try Self.host(authority, defaultPort: 6379))
            if !path.isEmpty { database = try Self.database(path) }
        case "unix": endpoint = try Self.socket(authority + rest[slash...])
        case "redis+sentinel":
            let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, !parts[1].isEmpty { database = try Self.database(parts[1]) }
            endpoint = .sentinel(
                SentinelGroup(
                    hosts: try Self.hosts(authority, defaultPort: 26_379), service: try Self.service(parts.first ?? ""),
                    user: parameters.removeValue(forKey: "sentinel_user"),
                    password: parameters.removeValue(forKey: "sentinel_password")))
        case "redis+cluster":
            guard path.isEmpty, parameters["db"] == nil else {
                throw RedisURLError("a Redis Cluster has one database only: write redis+cluster://HOST:PORT,HOST:PORT")
            }
            endpoint = .cluster(try Self.hosts(authority, defaultPort: 6379))
        default: throw RedisURLError("the store URL's scheme is not known: \(Self.examples)")
        }
        if let text = parameters.removeValue(forKey: "db") { database = try Self.database(text[...]) }
        // The names may hold what belongs to a password, so they are not repeated.
        guard parameters.isEmpty else { throw RedisURLError("the store URL has a parameter that is not known") }
    }
}

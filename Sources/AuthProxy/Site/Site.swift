internal import Configuration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// What a configuration means for requests: routes, upstreams, names of headers and cookies, in the forms that cost least
/// to use. Immutable and shared by all loops; a reload makes another one, and exchanges under way keep theirs.
final class Site: Sendable {
    /// An application.
    struct Upstream: Sendable {
        let name: String
        let nameBytes: [UInt8]
        let endpoints: [SocketAddress]
        let maxIdleConnections: Int
    }

    let configuration: ProxyConfiguration
    let upstreams: [Upstream]
    let routes: RouteTable
    /// Names that only we may send to an application, on whatever route.
    let firewall: HeaderNameSet
    let trustedProxies: TrustedProxies
    let cookies: SessionCookies
    let requestLimits: HeadLimits
    let responseLimits: HeadLimits
    /// The route of the reserved path: whoever asks, we answer ourselves.
    let reserved: Route
    private let cookieNames: [[UInt8]]

    /// Prepares a configuration; names of hosts are resolved here, so never on a loop.
    init(_ configuration: ProxyConfiguration) throws(SiteError) {
        self.configuration = configuration
        var upstreams: [Upstream] = []
        for (name, upstream) in configuration.upstreams.sorted(by: { $0.key < $1.key }) {
            var endpoints: [SocketAddress] = []
            for endpoint in upstream.endpoints { endpoints += try SocketAddress.all(endpoint, upstream: name) }
            upstreams.append(
                Upstream(
                    name: name, nameBytes: Array(name.utf8), endpoints: endpoints,
                    maxIdleConnections: upstream.maxIdleConnections))
        }
        self.upstreams = upstreams
        var table = RouteTable()
        var names: [String] = []
        for (number, route) in configuration.routes.enumerated() {
            guard let index = upstreams.firstIndex(where: { $0.name == route.upstream }) else {
                throw SiteError("route \(route.name): there is no upstream \(route.upstream)")
            }
            let mapping = IdentityMapping(number: number, route.identityHeaders.map { ($0.name, $0.claim) })
            names += route.identityHeaders.map(\.name)
            try Self.add(Route(route, upstream: index, identity: mapping), to: &table)
        }
        routes = table
        firewall = HeaderNameSet(names)
        trustedProxies = TrustedProxies(configuration.trustedProxies)
        cookies = SessionCookies(configuration.cookies)
        cookieNames = [configuration.cookies.access, configuration.cookies.refresh].map { Array($0.utf8) }
        let limits = configuration.limits
        requestLimits = HeadLimits(
            headBytes: limits.headBytes, fields: limits.headFields, lineBytes: limits.headerLineBytes,
            targetBytes: limits.requestTargetBytes)
        responseLimits = requestLimits
        var own = RouteConfiguration(name: "sallyport", upstream: "")
        own.authentication = .required
        own.tokenSources = [.authorization, .cookie]
        reserved = Route(own, upstream: -1, identity: IdentityMapping(number: -1, []))
    }

    private static func add(_ route: Route, to table: inout RouteTable) throws(SiteError) {
        let text: String
        let isExact: Bool
        switch route.configuration.path {
        case .exact(let path): (text, isExact) = (path, true)
        case .prefix(let path): (text, isExact) = (path, false)
        }
        let output = OutputBuffer(capacity: 64)
        do throws(HTTPParseError) {
            let bytes = Array(text.utf8)
            _ = try unsafe CanonicalTarget.canonicalise(bytes.span.bytes, into: output)
        } catch {
            throw SiteError("route \(route.name): the path \(text) can match nothing: \(error.sentence)")
        }
        let path = unsafe output.bytes.array(ByteRange(0, output.count))
        guard table.add(route, host: route.configuration.host, path: path, isExact: isExact) else {
            throw SiteError("route \(route.name): another route matches the same host and path")
        }
    }

    /// Whether the name is that of one of our cookies.
    func isOwnCookie(_ name: ByteRange, _ bytes: RawSpan) -> Bool {
        for own in cookieNames where bytes.isEqual(name, to: own) { return true }
        return false
    }

    /// A scanner for our cookies: the access cookie is number 0, the refresh cookie 1.
    func cookieScanner() -> CookieScanner {
        CookieScanner(
            names: [configuration.cookies.access, configuration.cookies.refresh],
            limits: CookieLimits(
                bytes: configuration.limits.cookieBytes, count: configuration.limits.cookieCount))
    }
}

extension SocketAddress {
    /// The addresses that an endpoint of the configuration stands for.
    static func all(_ endpoint: ListenerConfiguration.Address, upstream: String) throws(SiteError) -> [SocketAddress] {
        switch endpoint {
        case .unix(let path): return [SocketAddress(.unix(path: path))]
        case .tcp(let host, let port):
            if let numeric = SocketAddress(numericHost: host, port: port) { return [numeric] }
            do throws(IOError) {
                return try SocketAddress.resolve(host: host, port: port)
            } catch {
                throw SiteError("upstream \(upstream): \(error)")
            }
        }
    }
}

internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire
internal import Tokens
internal import Tokens

/// What a configuration means for requests: routes, upstreams, names of headers and cookies, in the forms that cost least
/// to use. Immutable and shared by all loops; a reload makes another one, and exchanges under way keep theirs.
final class Site: Sendable {
    /// An application.
    struct Upstream: Sendable {
        let name: String
        let configuration: UpstreamConfiguration
        /// What each endpoint of the configuration stands for.
        var addresses: [[SocketAddress]]
        /// How TLS is spoken to it; nil where it is not.
        let tls: UpstreamTLS?

        /// All addresses, each of them once.
        var places: [UpstreamPlace] {
            var places: [UpstreamPlace] = []
            for (endpoint, addresses) in zip(configuration.endpoints, addresses) {
                var host = ""
                if case .tcp(let name, _) = endpoint { host = name }
                for address in addresses where !places.contains(where: { $0.address == address }) {
                    places.append(UpstreamPlace(address: address, host: host))
                }
            }
            return places
        }
    }

    let configuration: ProxyConfiguration
    let upstreams: [Upstream]
    let routes: RouteTable
    /// Names that only we may send to an application, on whatever route.
    let firewall: HeaderNameSet
    /// Parameters that hold tokens on some route: they are taken out of the addresses that a browser tells of.
    let queryParameters: [QueryParameter]
    let trustedProxies: TrustedProxies
    let cookies: SessionCookies
    let requestLimits: HeadLimits
    let responseLimits: HeadLimits
    /// The route of the reserved path: whoever asks, we answer ourselves.
    let reserved: Route
    let reservedPlace: RoutePlace
    /// The keys of signed assertions, for those who verify them; nil where no key is configured.
    let assertionKeys: TokenKeys?
    private let cookieNames: [[UInt8]]

    private let listeners: [ListenerRules]

    /// What holds at an address of the configuration; a few comparisons for each connection that is accepted.
    func rules(at address: ListenerConfiguration.Address) -> ListenerRules? {
        listeners.first { $0.address == address }
    }

    /// Prepares a configuration; names of hosts are resolved here and certificates read, so never on a loop.
    ///
    /// - Parameter tickets: the keys with which clients of TLS resume sessions, whatever is reloaded.
    init(_ configuration: ProxyConfiguration, tickets: TLSTicketKeys) throws(SiteError) {
        self.configuration = configuration
        listeners = try ListenerRules.all(configuration.listeners, tickets: tickets)
        var upstreams: [Upstream] = []
        for (name, upstream) in configuration.upstreams.sorted(by: { $0.key < $1.key }) {
            let addresses = try upstream.endpoints.map { (endpoint) throws(SiteError) in
                try SocketAddress.all(endpoint, upstream: name)
            }
            let tls = try upstream.tls.map { (tls) throws(SiteError) in try UpstreamTLS(tls, upstream: name) }
            upstreams.append(Upstream(name: name, configuration: upstream, addresses: addresses, tls: tls))
        }
        self.upstreams = upstreams
        let assertionKeys = try Self.assertionKeys(configuration)
        self.assertionKeys = assertionKeys
        var table = RouteTable()
        var names: [String] = []
        var requirements: [ClaimRequirements] = []
        for (number, route) in configuration.routes.enumerated() {
            guard let index = upstreams.firstIndex(where: { $0.name == route.upstream }) else {
                throw SiteError("route \(route.name): there is no upstream \(route.upstream)")
            }
            let mapping = IdentityMapping(number: number, route.identityHeaders.map { ($0.name, $0.claim) })
            names += route.identityHeaders.map(\.name) + route.certificateHeaders.map(\.name)
            let assertion = try route.assertion.map { (wanted) throws(SiteError) in
                try AssertionWriter(
                    wanted, identity: route.identityHeaders.map(\.claim), issuer: configuration.tokens.issuer,
                    keys: assertionKeys, route: route.name)
            }
            if let assertion { names.append(assertion.header) }
            let requirement = Self.number(of: route.requirements, in: &requirements)
            try Self.add(
                Route(
                    route, upstream: index, identity: mapping, requirementNumber: requirement,
                    issuers: configuration.issuers,
                    assertion: assertion), to: &table)
        }
        routes = table
        firewall = HeaderNameSet(names)
        queryParameters = Set(
            configuration.routes.filter { $0.tokenSources.contains(.query) }.map(\.queryParameter)
        ).sorted().map { QueryParameter($0) }
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
        // Its endpoints have a stricter rule of their own.
        own.csrf.isEnabled = false
        reserved = Route(own, upstream: -1, identity: IdentityMapping(number: -1, []))
        reservedPlace = RoutePlace(reserved)
    }

    private static func assertionKeys(_ configuration: ProxyConfiguration) throws(SiteError) -> TokenKeys? {
        if configuration.assertionKeys.isEmpty { return nil }
        do {
            return try TokenKeys(configuration.assertionKeys)
        } catch {
            throw SiteError("assertions: \(error)")
        }
    }

    /// The number of a route's requirements among those that differ; -1 for none.
    private static func number(of wanted: ClaimRequirements, in known: inout [ClaimRequirements]) -> Int {
        if wanted.isEmpty { return -1 }
        if let index = known.firstIndex(of: wanted) { return index }
        known.append(wanted)
        return known.count - 1
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
        // Requests are compared in this form too.
        let matching = OutputBuffer(capacity: 64)
        CanonicalTarget.appendMatchingPath(of: unsafe output.bytes, to: matching)
        let path = unsafe matching.bytes.array(ByteRange(0, matching.count))
        guard table.add(route, host: route.configuration.host, path: path, isExact: isExact) else {
            throw SiteError("route \(route.name): another route matches the same host, path and method")
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

internal import SallyportConfiguration
internal import HTTPWire
internal import Tokens

/// One route as the request path uses it: what the configuration says, in the forms that cost least to ask.
///
/// Immutable, shared by all loops.
final class Route: Sendable {
    /// Name for logs and metrics.
    let name: String
    /// What the access log says of it.
    let logMembers: AccessLogMembers
    /// The upstream's name as bytes; empty for the reserved path.
    let upstreamBytes: [UInt8]
    /// What the configuration says.
    let configuration: RouteConfiguration
    /// The methods that it takes; nil: all.
    let methods: MethodSet?
    /// Index of the upstream in ``Site/upstreams``.
    let upstream: Int
    /// How the identity reaches the application.
    let identity: IdentityMapping
    /// How a client's certificate reaches the application; nil: not at all.
    let certificates: CertificateMapping?
    /// Token types that open the route, as bits of ``TokenType/bit``.
    private let accepted: UInt8
    /// Whose tokens open the route: bit 0 stands for ourselves, the others for the issuers in their order.
    let acceptedIssuers: UInt64
    /// Where credentials are looked for, in order.
    let sources: [RouteConfiguration.TokenSource]
    /// The query's parameter that holds a token; nil where the query is none of the sources.
    let queryParameter: QueryParameter?
    /// Whether `Authorization: Bearer` reaches the application.
    let forwardsBearerToken: Bool
    /// Whether a token is needed.
    let authentication: RouteConfiguration.Authentication
    /// Whether the application may sign users in and out.
    let mayIssueSessions: Bool
    /// What claims have to say; nil: nothing.
    let requirements: ClaimRequirements?
    /// Which of the site's different requirements they are, from 0; -1 for none. What a token's claims came to is
    /// remembered by it.
    let requirementNumber: Int
    /// The scopes that are asked for, for a challenge; empty for none.
    let requiredScopes: String
    /// Whether a refresh cookie may heal an access token that is absent or expired.
    let mayRefresh: Bool
    /// What the application gets in place of the path's beginning; nil: the path as it is.
    let rewrite: PathRewrite?
    /// The signed statement that the application gets with each request; nil: none.
    let assertion: AssertionWriter?
    /// Whether it has any of the next two: most have neither, and then nobody looks.
    let hasExtras: Bool
    /// What the route does to fields of answers; nil: nothing.
    let answerRules: AnswerRules?
    /// Its own time-outs; nil: none.
    let times: RouteTimes?
    /// Which requests that only our cookies authenticate may change something; nil: all, or cookies do not count here.
    let crossOriginRule: CrossOriginRule?

    init(
        _ configuration: RouteConfiguration, upstream: Int, identity: IdentityMapping, requirementNumber: Int = -1,
        issuers: [IssuerConfiguration] = [], assertion: AssertionWriter? = nil
    ) {
        self.configuration = configuration
        self.upstream = upstream
        self.identity = identity
        certificates = CertificateMapping(configuration.certificateHeaders)
        name = configuration.name
        acceptedIssuers = configuration.issuers.map { Self.bits(of: $0, among: issuers) } ?? .max
        upstreamBytes = Array(configuration.upstream.utf8)
        logMembers = AccessLogMembers(route: Array(configuration.name.utf8), upstream: upstreamBytes)
        accepted = configuration.accept.reduce(0) { $0 | $1.bit }
        sources = configuration.tokenSources
        queryParameter =
            configuration.tokenSources.contains(.query) ? QueryParameter(configuration.queryParameter) : nil
        forwardsBearerToken = configuration.forwardsBearerToken
        authentication = configuration.authentication
        mayIssueSessions = configuration.mayIssueSessions
        requirements = configuration.requirements.isEmpty ? nil : configuration.requirements
        self.requirementNumber = requirementNumber
        requiredScopes = configuration.requirements.scopes
        // A refreshed access token opens nothing where only other types do, and it travels in cookies.
        mayRefresh =
            configuration.accept.contains(.access) && configuration.tokenSources.contains(.cookie)
            && configuration.issuers?.contains(RouteConfiguration.ownIssuer) ?? true
        times = RouteTimes(configuration.timeouts)
        self.assertion = assertion
        rewrite = configuration.rewrite.map { PathRewrite(configuration.path, to: $0) }
        methods = configuration.methods.map(MethodSet.init)
        answerRules = AnswerRules(configuration)
        hasExtras = answerRules != nil || times != nil
        // Without authentication cookies still name the session that an application may end.
        let cookiesCount = configuration.authentication != .none || configuration.mayIssueSessions
        crossOriginRule =
            configuration.csrf.isEnabled && cookiesCount && configuration.tokenSources.contains(.cookie)
            ? CrossOriginRule(configuration.csrf, cors: configuration.cors) : nil
    }

    private static func bits(of names: Set<String>, among issuers: [IssuerConfiguration]) -> UInt64 {
        var bits: UInt64 = names.contains(RouteConfiguration.ownIssuer) ? 1 : 0
        for (number, issuer) in issuers.enumerated() where names.contains(issuer.issuer) {
            bits |= 2 << UInt64(number)
        }
        return bits
    }

    /// Whether a token of this type opens the route.
    func accepts(_ type: TokenType) -> Bool { accepted & type.bit != 0 }
}

extension TokenType {
    /// A bit of its own.
    var bit: UInt8 {
        switch self {
        case .access: 1
        case .refresh: 2
        case .websocket: 4
        }
    }
}

internal import Configuration
internal import Tokens

/// One route as the request path uses it: what the configuration says, in the forms that cost least to ask.
///
/// Immutable, shared by all loops.
final class Route: Sendable {
    /// Name for logs and metrics.
    let name: String
    /// The same as bytes.
    let nameBytes: [UInt8]
    /// What the configuration says.
    let configuration: RouteConfiguration
    /// Index of the upstream in ``Site/upstreams``.
    let upstream: Int
    /// How the identity reaches the application.
    let identity: IdentityMapping
    /// Token types that open the route, as bits of ``TokenType/bit``.
    private let accepted: UInt8
    /// Where credentials are looked for, in order.
    let sources: [RouteConfiguration.TokenSource]
    /// Whether `Authorization: Bearer` reaches the application.
    let forwardsBearerToken: Bool
    /// Whether a token is needed.
    let authentication: RouteConfiguration.Authentication
    /// Whether the application may sign users in and out.
    let mayIssueSessions: Bool
    /// Whether a refresh cookie may heal an access token that is absent or expired.
    let mayRefresh: Bool

    init(_ configuration: RouteConfiguration, upstream: Int, identity: IdentityMapping) {
        self.configuration = configuration
        self.upstream = upstream
        self.identity = identity
        name = configuration.name
        nameBytes = Array(configuration.name.utf8)
        accepted = configuration.accept.reduce(0) { $0 | $1.bit }
        sources = configuration.tokenSources
        forwardsBearerToken = configuration.forwardsBearerToken
        authentication = configuration.authentication
        mayIssueSessions = configuration.mayIssueSessions
        // A refreshed access token opens nothing where only other types do, and it travels in cookies.
        mayRefresh = configuration.accept.contains(.access) && configuration.tokenSources.contains(.cookie)
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

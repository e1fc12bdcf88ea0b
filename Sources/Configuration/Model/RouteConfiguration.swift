public import Tokens

/// One entry of `routes:`.
public struct RouteConfiguration: Sendable {
    /// Whether a request needs a token.
    public enum Authentication: String, Sendable, CaseIterable {
        /// No token, no entry.
        case required
        /// Identity where there is a token; a request without one goes on.
        case optional
        /// Nothing is verified; the header firewall still works.
        case none
    }

    /// Where a credential is looked for.
    public enum TokenSource: String, Sendable, CaseIterable {
        /// `Authorization: Bearer` (RFC 6750 §2.1).
        case authorization
        /// The access cookie.
        case cookie
        /// `Sec-WebSocket-Protocol: bearer.TOKEN`, on upgrade requests.
        case websocketProtocol = "websocket_protocol"
    }

    /// How a login's tokens reach the client.
    public enum SessionDelivery: String, Sendable, CaseIterable {
        /// As two cookies.
        case cookies
        /// As the token answer of RFC 6749 §5.1.
        case json
    }

    /// What a refused request is taken for where its own fields do not tell.
    public enum ClientKind: String, Sendable, CaseIterable {
        /// Gets 401.
        case api
        /// Gets 303 to the login page.
        case navigation
    }

    /// How the path is matched.
    public enum PathMatch: Sendable, Hashable {
        /// The whole path.
        case exact(String)
        /// A prefix that ends at a segment: `/app` matches `/app` and `/app/x`, not `/apple`.
        case prefix(String)
    }

    /// A name for logs and metrics; the position in the list where none is given.
    public var name: String
    /// The host (lower case, without port); nil matches each.
    public var host: String? = nil
    /// The path.
    public var path: PathMatch = .prefix("/")
    /// The upstream's name.
    public var upstream: String
    /// Whether a token is needed.
    public var authentication: Authentication = .required
    /// Where credentials are looked for, in order.
    public var tokenSources: [TokenSource] = [.authorization, .cookie, .websocketProtocol]
    /// Token types that open this route.
    public var accept: Set<TokenType> = [.access]
    /// Whether the application may sign users in and out.
    public var mayIssueSessions: Bool = false
    /// How a login's tokens are delivered.
    public var sessionDelivery: SessionDelivery = .cookies
    /// Where a browser is sent to sign in: a path of this host.
    public var loginURL: String? = nil
    /// Identity headers: field name and the claim's path (nested members joined by dots).
    public var identityHeaders: [(name: String, claim: String)] = []
    /// Whether `Authorization: Bearer` reaches the application.
    public var forwardsBearerToken: Bool = false
    /// For how long a verdict already known may serve while the store is down, in seconds; 0: not at all.
    public var staleOKSeconds: Int64 = 0
    /// What a request is taken for when neither `Sec-Fetch-*` nor `Accept` tells.
    public var defaultClientKind: ClientKind = .api
    /// The largest request body in bytes; nil: no limit.
    public var maxBodyBytes: Int64? = nil
    /// Origins that may read refusals across origins (CORS), exact.
    public var allowedOrigins: [String] = []

    /// Describes a route.
    public init(name: String, upstream: String) {
        self.name = name
        self.upstream = upstream
    }
}

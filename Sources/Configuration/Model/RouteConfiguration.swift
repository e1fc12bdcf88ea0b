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
        /// A parameter of the query, see ``queryParameter``; for clients that can set no field (RFC 6750 §2.3).
        case query
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

    /// What a route does while the store cannot answer.
    public enum StoreFailure: String, Sendable, CaseIterable {
        /// 503 for every request that needs the store.
        case closed
        /// Verdicts that are known serve for `stale_ok_seconds`; 503 for the rest.
        case stale
    }

    /// What a client's certificate says, for the application.
    public enum CertificateValue: String, Sendable, CaseIterable {
        /// The subject (RFC 2253): `CN=alice,O=Example`.
        case subject
        /// DNS names, with commas between them.
        case dnsNames = "dns_names"
        /// E-mail addresses, with commas between them.
        case emailAddresses = "email_addresses"
        /// URIs, with commas between them.
        case uris
        /// Addresses, with commas between them.
        case ipAddresses = "ip_addresses"
        /// SHA-256 of the certificate, in hexadecimal.
        case fingerprint
    }

    /// What we are called ourselves in ``issuers``.
    public static let ownIssuer = "own"

    /// How the path is matched.
    public enum PathMatch: Sendable, Hashable {
        /// The whole path.
        case exact(String)
        /// A prefix that ends at a segment: `/app` matches `/app` and `/app/x`, not `/apple`.
        case prefix(String)
    }

    /// A name for logs and metrics; the position in the list where none is given.
    public var name: String
    /// The host (lower case, without port), with `*.` in front for every host below it; nil matches each.
    public var host: String? = nil
    /// The methods, as spelled; nil for all. GET brings HEAD along.
    public var methods: [String]? = nil
    /// The path.
    public var path: PathMatch = .prefix("/")
    /// The upstream's name.
    public var upstream: String
    /// Whether a token is needed.
    public var authentication: Authentication = .required
    /// Where credentials are looked for, in order.
    public var tokenSources: [TokenSource] = [.authorization, .cookie, .websocketProtocol]
    /// The parameter of the query that holds a token, where ``tokenSources`` names the query.
    public var queryParameter = "access_token"
    /// Token types that open this route.
    public var accept: Set<TokenType> = [.access]
    /// Whose tokens open this route: names of `issuers:`, and ``ownIssuer``; nil for all of them.
    public var issuers: Set<String>? = nil
    /// What the claims of a token have to say; empty: nothing.
    public var requirements = ClaimRequirements()
    /// Whether the application may sign users in and out.
    public var mayIssueSessions: Bool = false
    /// How a login's tokens are delivered.
    public var sessionDelivery: SessionDelivery = .cookies
    /// Where a browser is sent to sign in: a path of this host.
    public var loginURL: String? = nil
    /// Identity headers: field name and the claim's path (nested members joined by dots).
    public var identityHeaders: [(name: String, claim: String)] = []
    /// What of a client's certificate the application is told, and in which field.
    public var certificateHeaders: [(name: String, value: CertificateValue)] = []
    /// Whether `Authorization: Bearer` reaches the application.
    public var forwardsBearerToken: Bool = false
    /// For how long a verdict already known may serve while the store is down, in seconds; 0: not at all.
    public var staleOKSeconds: Int64 = 0
    /// What a request is taken for when neither `Sec-Fetch-*` nor `Accept` tells.
    public var defaultClientKind: ClientKind = .api
    /// The largest request body in bytes; nil: no limit.
    public var maxBodyBytes: Int64? = nil
    /// Which pages of other origins may call the route and read its answers; nil leaves that to the application.
    public var cors: CORSConfiguration? = nil
    /// Which pages of other origins may change something with a user's cookies.
    public var csrf = CSRFConfiguration()

    /// Fields that each answer has, in place of the application's: name and value.
    public var responseHeaders: [(name: String, value: String)] = []
    /// Fields of the application's answers that clients do not get.
    public var removedResponseHeaders: [String] = []

    /// What the application gets in place of the path that matched, or of its prefix; nil: the path as it is.
    public var rewrite: String? = nil
    /// Time-outs of its own.
    public var timeouts = RouteTimeouts()
    /// The signed statement that the application gets with each request.
    public var assertion: RouteAssertion? = nil
    /// What concerns its WebSockets.
    public var websocket = WebSocketConfiguration()

    /// Describes a route.
    public init(name: String, upstream: String) {
        self.name = name
        self.upstream = upstream
    }
}

/// How tokens are made and judged. All times are in seconds.
public struct TokenSettings: Sendable {
    /// `iss` of our tokens; nil leaves it out, and none is asked for.
    public var issuer: String?
    /// `aud` of our tokens; nil leaves it out, and a token that names an audience is refused.
    public var audience: String?
    /// Lifetime of access tokens.
    public var accessTokenExpireSeconds: Int64
    /// Lifetime of refresh tokens.
    public var refreshTokenExpireSeconds: Int64
    /// Lifetime of WebSocket tokens.
    public var websocketTokenExpireSeconds: Int64
    /// How far `nbf` and `iat` may lie ahead of our clock. An expiry has no leeway: the store forgets a token then.
    public var leewaySeconds: Int64
    /// For how long an exchanged refresh token gives the same successor after that was first used.
    public var rotationGraceSeconds: Int64
    /// What binds a token to its client.
    public var binding: BindingRules
    /// What is refused unread.
    public var limits: TokenLimits

    /// Settings; the defaults are those of the configuration file.
    public init(
        issuer: String? = nil, audience: String? = nil, accessTokenExpireSeconds: Int64 = 1800,
        refreshTokenExpireSeconds: Int64 = 86_400, websocketTokenExpireSeconds: Int64 = 1800,
        leewaySeconds: Int64 = 5, rotationGraceSeconds: Int64 = 30, binding: BindingRules = BindingRules(),
        limits: TokenLimits = TokenLimits()
    ) {
        self.issuer = issuer
        self.audience = audience
        self.accessTokenExpireSeconds = accessTokenExpireSeconds
        self.refreshTokenExpireSeconds = refreshTokenExpireSeconds
        self.websocketTokenExpireSeconds = websocketTokenExpireSeconds
        self.leewaySeconds = leewaySeconds
        self.rotationGraceSeconds = rotationGraceSeconds
        self.binding = binding
        self.limits = limits
    }

    /// The lifetime of a type of token.
    public func expireSeconds(of type: TokenType) -> Int64 {
        switch type {
        case .access: accessTokenExpireSeconds
        case .refresh: refreshTokenExpireSeconds
        case .websocket: websocketTokenExpireSeconds
        }
    }
}

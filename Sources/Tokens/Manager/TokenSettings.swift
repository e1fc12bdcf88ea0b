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
    /// For how long a session lives without being refreshed, where that is less than a refresh token's lifetime; nil: as
    /// long as that. No token of a session outlives it.
    public var sessionIdleSeconds: Int64?
    /// For how long a session lives at most, from its sign-in on; nil: for as long as it is refreshed. No token of it lives
    /// longer.
    public var sessionAbsoluteSeconds: Int64?
    /// How many sessions a user may have at once, at least 1: the oldest end; nil: any number.
    public var maximumSessionsPerUser: Int?
    /// What binds a token to its client.
    public var binding: BindingRules
    /// What is refused unread.
    public var limits: TokenLimits

    /// Settings; the defaults are those of the configuration file.
    public init(
        issuer: String? = nil, audience: String? = nil, accessTokenExpireSeconds: Int64 = 1800,
        refreshTokenExpireSeconds: Int64 = 86_400, websocketTokenExpireSeconds: Int64 = 1800,
        leewaySeconds: Int64 = 5, rotationGraceSeconds: Int64 = 30, sessionIdleSeconds: Int64? = nil,
        sessionAbsoluteSeconds: Int64? = nil, maximumSessionsPerUser: Int? = nil,
        binding: BindingRules = BindingRules(), limits: TokenLimits = TokenLimits()
    ) {
        self.issuer = issuer
        self.audience = audience
        self.accessTokenExpireSeconds = accessTokenExpireSeconds
        self.refreshTokenExpireSeconds = refreshTokenExpireSeconds
        self.websocketTokenExpireSeconds = websocketTokenExpireSeconds
        self.leewaySeconds = leewaySeconds
        self.rotationGraceSeconds = rotationGraceSeconds
        self.sessionIdleSeconds = sessionIdleSeconds
        self.sessionAbsoluteSeconds = sessionAbsoluteSeconds
        self.maximumSessionsPerUser = maximumSessionsPerUser
        self.binding = binding
        self.limits = limits
    }

    /// The same with every number within bounds: lifetimes from a second to a hundred years, a leeway of at most a day,
    /// a grace of at most a year; what is out of range counts as the nearest within.
    func bounded() -> TokenSettings {
        var settings = self
        let lifetimes: ClosedRange<Int64> = 1...3_155_760_000
        settings.accessTokenExpireSeconds = accessTokenExpireSeconds.clamped(to: lifetimes)
        settings.refreshTokenExpireSeconds = refreshTokenExpireSeconds.clamped(to: lifetimes)
        settings.websocketTokenExpireSeconds = websocketTokenExpireSeconds.clamped(to: lifetimes)
        settings.leewaySeconds = leewaySeconds.clamped(to: 0...86_400)
        settings.rotationGraceSeconds = rotationGraceSeconds.clamped(to: 0...31_557_600)
        settings.sessionIdleSeconds = sessionIdleSeconds?.clamped(to: lifetimes)
        settings.sessionAbsoluteSeconds = sessionAbsoluteSeconds?.clamped(to: lifetimes)
        settings.maximumSessionsPerUser = maximumSessionsPerUser.map { max($0, 1) }
        settings.limits.tokenBytes = max(limits.tokenBytes, 0)
        settings.limits.headerBytes = max(limits.headerBytes, 0)
        return settings
    }

    /// When a session is over however much it is used, in seconds since the epoch; nil where only disuse ends it.
    public func absoluteEnd(of session: SessionRecord) -> Int64? {
        sessionAbsoluteSeconds.map { session.createdAt + $0 }
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

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}

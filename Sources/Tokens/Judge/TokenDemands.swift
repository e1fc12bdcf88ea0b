/// What a ``TokenJudge`` asks of a token beside its signature.
public struct TokenDemands: Sendable {
    /// The type it has to be of; nil: any, also none.
    public var type: TokenType?
    /// The issuer it has to come from; nil: any.
    public var issuer: String?
    /// The audience it has to name; nil: it may not name one (RFC 7519 §4.1.3).
    public var audience: String?
    /// How far clocks may differ, in seconds: for `nbf`, `iat` and `exp`. Less than 0 counts as 0, more than a day as a
    /// day.
    public let leewaySeconds: Int64
    /// What tells the time.
    public var clock: WallClock
    /// Whether only the signature is judged, and no claim looked at.
    public var signatureOnly: Bool

    /// Demands; by default a token of any type and issuer, without an audience, now.
    public init(
        type: TokenType? = nil, issuer: String? = nil, audience: String? = nil, leewaySeconds: Int64 = 0,
        clock: WallClock = .system, signatureOnly: Bool = false
    ) {
        self.type = type
        self.issuer = issuer
        self.audience = audience
        self.leewaySeconds = min(max(leewaySeconds, 0), 86_400)
        self.clock = clock
        self.signatureOnly = signatureOnly
    }
}

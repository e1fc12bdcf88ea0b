/// Judges tokens by keys alone, without a store: what `sallyport token verify` does, also for tokens that others issued.
///
/// It may be used from any thread.
public struct TokenJudge: Sendable {
    /// The keys.
    public let keys: TokenKeys
    /// What is asked of a token beside its signature.
    public let demands: TokenDemands
    private let verifier: SignatureVerifier

    /// A judge.
    ///
    /// - Parameters:
    ///   - keys: the keys that are trusted.
    ///   - allowedAlgorithms: the algorithms that are taken; nil: those of the keys.
    ///   - demands: what is asked beside the signature.
    ///   - limits: what is refused unread.
    public init(
        keys: TokenKeys, allowedAlgorithms: Set<SignatureAlgorithm>? = nil, demands: TokenDemands = TokenDemands(),
        limits: TokenLimits = TokenLimits()
    ) {
        self.keys = keys
        self.demands = demands
        verifier = SignatureVerifier(
            keys: keys, algorithms: allowedAlgorithms?.intersection(keys.algorithms), limits: limits,
            requiresTokenType: !demands.signatureOnly)
    }

    /// Judges a token.
    public func judge(_ token: String) -> TokenJudgement {
        judge(token.utf8Bytes.span)
    }

    /// Judges the bytes of a token.
    public func judge(_ token: Span<UInt8>) -> TokenJudgement {
        do throws(TokenError) {
            guard !token.isEmpty else { throw .missing }
            let claims = try verifier.verify(token) { payload, _ throws(TokenError) -> JSONValue? in
                demands.signatureOnly ? Self.claimsIfAny(payload) : try checkedClaims(payload)
            }
            return .valid(claims: claims)
        } catch {
            return .invalid(error)
        }
    }

    private func checkedClaims(_ payload: Span<UInt8>) throws(TokenError) -> JSONValue {
        let (claims, registered) = try JWTManager.claims(payload)
        if let type = demands.type { _ = try JWTManager.type(of: registered, accepting: [type]) }
        if registered.issuer != nil, registered.issuer?.string == nil { throw .issuer }
        try registered.checkIssuer(demands.issuer)
        try registered.checkAudience(demands.audience)
        guard let expiresAt = registered.expiresAt else { throw .malformed("the token has no exp") }
        let now = demands.clock.now
        try registered.checkBegin(now: now, leeway: demands.leewaySeconds)
        guard now < expiresAt + demands.leewaySeconds else { throw .expired }
        return claims
    }

    /// The payload of a signature that is judged alone: it need not be JSON.
    private static func claimsIfAny(_ payload: Span<UInt8>) -> JSONValue? {
        do throws(JSONError) {
            return try JSONParser.parse(payload)
        } catch {
            return nil
        }
    }
}

/// Judges tokens by keys alone, without a store: what `sallyport token verify` does, also for tokens that others issued.
///
/// It may be used from any thread.
public struct TokenJudge: Sendable {
    /// The keys.
    public let keys: TokenKeys
    /// What is asked of a token beside its signature.
    public let demands: TokenDemands
    private let core: Core

    /// What a call works with, behind one reference: a judge is a value of many parts, and copying them would be
    /// paid by each token.
    private final class Core: Sendable {
        let demands: TokenDemands
        let verifier: SignatureVerifier

        init(_ demands: TokenDemands, _ verifier: SignatureVerifier) {
            (self.demands, self.verifier) = (demands, verifier)
        }
    }

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
        core = Core(
            demands,
            SignatureVerifier(
                keys: keys, algorithms: allowedAlgorithms?.intersection(keys.algorithms), limits: limits,
                requiresTokenType: !demands.signatureOnly))
    }

    /// Judges a token.
    public func judge(_ token: String) -> TokenJudgement {
        judge(token.utf8Bytes.span)
    }

    /// Judges the bytes of a token.
    public func judge(_ token: Span<UInt8>) -> TokenJudgement {
        do throws(TokenError) {
            guard !token.isEmpty else { throw .missing }
            let core = core
            let claims = try core.verifier.verify(token) { payload, _ throws(TokenError) -> JSONValue? in
                core.demands.signatureOnly
                    ? Self.claimsIfAny(payload) : try Self.checkedClaims(payload, demands: core.demands)
            }
            return .valid(claims: claims)
        } catch {
            return .invalid(error)
        }
    }

    private static func checkedClaims(_ payload: Span<UInt8>, demands: TokenDemands) throws(TokenError) -> JSONValue {
        let payload = try TokenPayload(payload)
        let registered = try RegisteredClaims(payload)
        if let type = demands.type { _ = try JWTManager.type(of: registered, accepting: [type]) }
        if registered.issuer != nil, registered.issuer?.string == nil { throw .issuer }
        try registered.checkIssuer(demands.issuer)
        try registered.checkAudience(demands.audience)
        guard let expiresAt = registered.expiresAt else { throw .malformed("the token has no exp") }
        let now = demands.clock.now
        try registered.checkBegin(now: now, leeway: demands.leewaySeconds)
        guard now < expiresAt + demands.leewaySeconds else { throw .expired }
        return payload.value
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

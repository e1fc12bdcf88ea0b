/// Verifies tokens by keys and rules alone, without a store: tokens of others, tokens of ours whose revocation does not
/// matter, and many of them at once. It suspends nowhere and may be used from any thread.
///
/// What needs a session or a client (revocation, binding, refresh) is ``JWTManager``'s.
public struct TokenVerifier: Sendable {
    /// What a token has to claim.
    public struct Rules: Sendable, Equatable {
        /// The types that are taken; nil takes any, and tokens without a type.
        public var types: Set<TokenType>?
        /// The `iss` that is expected; nil takes any.
        public var issuer: String?
        /// The `aud` that is expected; nil takes only tokens without one (RFC 7519 §4.1.3).
        public var audience: String?
        /// Tolerance between clocks for `exp`, `nbf` and `iat`, in seconds.
        public var leewaySeconds: Int64

        /// Rules; by default any type and issuer, no audience, no tolerance.
        public init(
            types: Set<TokenType>? = nil, issuer: String? = nil, audience: String? = nil, leewaySeconds: Int64 = 0
        ) {
            self.types = types
            self.issuer = issuer
            self.audience = audience
            self.leewaySeconds = leewaySeconds
        }
    }

    private let rules: Rules
    private let tokens: SignatureVerifier
    private let signatures: SignatureVerifier

    /// - Parameters:
    ///   - keys: the keys, each pinned to its algorithm.
    ///   - algorithms: those that are allowed; nil: those of the keys.
    ///   - rules: what a token has to claim.
    ///   - limits: what is refused unread.
    public init(
        keys: TokenKeys, algorithms: Set<SignatureAlgorithm>? = nil, rules: Rules = Rules(),
        limits: TokenLimits = TokenLimits()
    ) {
        self.rules = rules
        tokens = SignatureVerifier(keys: keys, algorithms: algorithms, limits: limits)
        signatures = SignatureVerifier(keys: keys, algorithms: algorithms, limits: limits, requiresTokenType: false)
    }

    /// Verifies a token: its structure, algorithm, key and signature, then type, issuer, audience, begin and expiry.
    ///
    /// - Parameter now: seconds since the epoch.
    /// - Returns: the payload.
    /// - Throws: each failure as its own ``TokenError``; `.malformed` also for a token without `exp`.
    public func verify(_ token: Span<UInt8>, now: Int64) throws(TokenError) -> JSONObject {
        guard !token.isEmpty else { throw .missing }
        return try tokens.verify(token) { payload, _ throws(TokenError) in
            let (value, registered) = try JWTManager.claims(payload)
            if let types = rules.types { _ = try JWTManager.type(of: registered, accepting: types) }
            try registered.checkIssuer(rules.issuer)
            try registered.checkAudience(rules.audience)
            try registered.checkBegin(now: now, leeway: rules.leewaySeconds)
            guard let expiresAt = registered.expiresAt else { throw .malformed("the token has no exp") }
            guard expiresAt > now - rules.leewaySeconds else { throw .expired }
            guard let object = value.object else { throw .malformed("the payload is no JSON object") }
            return object
        }
    }

    /// Verifies the signature alone (RFC 7515 §5.2).
    ///
    /// - Returns: the payload's bytes, whatever they are.
    public func verifySignature(_ token: Span<UInt8>) throws(TokenError) -> [UInt8] {
        guard !token.isEmpty else { throw .missing }
        return try signatures.verify(token) { payload, _ throws(TokenError) in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(payload.count)
            for index in payload.indices { bytes.append(payload[index]) }
            return bytes
        }
    }
}

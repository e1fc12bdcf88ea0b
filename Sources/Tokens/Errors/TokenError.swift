/// Why a token was refused. Each case is one failure of its own; ``code`` is its stable name in answers, logs, metrics
/// and on the command line.
public enum TokenError: Error, Sendable, Equatable {
    /// No credential where one is needed.
    case missing
    /// Not a JWS in compact form, or its JSON breaks a rule (RFC 7515 §5.2, RFC 7519 §7.2); the reason names which.
    case malformed(String)
    /// The signature does not fit, or `alg` is not the key's (RFC 8725 §3.1).
    case signature
    /// No key has this `kid`.
    case keyUnknown
    /// `exp` has passed (RFC 7519 §4.1.4).
    case expired
    /// `nbf` or `iat` lies in the future (RFC 7519 §4.1.5).
    case notYetValid
    /// Not on the allow-list: revoked, or its session ended.
    case revoked
    /// Another type than expected.
    case type(expected: TokenType, found: String?)
    /// `iss` is not ours (RFC 7519 §4.1.1).
    case issuer
    /// `aud` does not name us (RFC 7519 §4.1.3).
    case audience
    /// The client is not the one that the token was issued to.
    case binding
    /// The caller's data holds a claim that Sallyport writes itself.
    case reservedClaim(String)
    /// A refresh token was used again after its grace: it is stolen goods, and its session has ended. The names of the
    /// token and of its user are for the audit log.
    case reused(TokenReference, subject: String?)
    /// The keys of the token's issuer were never loaded; nothing is known about the token.
    case issuerUnavailable
    /// The store could not answer; nothing is known about the token.
    case store(TokenStoreError)

    /// The stable code: the words of the error bodies, the log, the metrics and `sallyport token verify`.
    public var code: String {
        switch self {
        case .missing: "token_missing"
        case .malformed, .reservedClaim: "token_malformed"
        case .signature: "token_signature"
        case .keyUnknown: "token_key_unknown"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .revoked, .reused: "token_revoked"
        case .type: "token_type"
        case .issuer: "token_issuer"
        case .audience: "token_audience"
        case .binding: "binding_mismatch"
        case .issuerUnavailable: "issuer_unavailable"
        case .store: "store_unavailable"
        }
    }
}

public import Tokens

/// What was decided about a request's credential: the words of the error bodies, the access log, the audit log and the
/// metrics.
public enum VerdictCode: UInt8, Sendable, CaseIterable {
    /// Valid.
    case ok
    /// Not asked for: the route's authentication is `none`.
    case notRequired
    /// None, on a route where it is optional.
    case anonymous
    case tokenMissing
    case tokenMalformed
    case tokenExpired
    case tokenNotYetValid
    case tokenRevoked
    case tokenType
    case tokenSignature
    case tokenKeyUnknown
    case tokenIssuer
    case tokenAudience
    case bindingMismatch
    case claimsInsufficient
    case credentialsAmbiguous
    case storeUnavailable
    case issuerUnavailable

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .ok: "ok"
        case .notRequired: "not_required"
        case .anonymous: "anonymous"
        case .tokenMissing: "token_missing"
        case .tokenMalformed: "token_malformed"
        case .tokenExpired: "token_expired"
        case .tokenNotYetValid: "token_not_yet_valid"
        case .tokenRevoked: "token_revoked"
        case .tokenType: "token_type"
        case .tokenSignature: "token_signature"
        case .tokenKeyUnknown: "token_key_unknown"
        case .tokenIssuer: "token_issuer"
        case .tokenAudience: "token_audience"
        case .bindingMismatch: "binding_mismatch"
        case .claimsInsufficient: "claims_insufficient"
        case .credentialsAmbiguous: "credentials_ambiguous"
        case .storeUnavailable: "store_unavailable"
        case .issuerUnavailable: "issuer_unavailable"
        }
    }

    /// Whether somebody has tried a credential that is not good, and never was or is no more: what a guess, a forgery or a
    /// theft comes to. Neither a missing nor an expired one is, nor what could not be judged.
    var isFailedAuthentication: Bool {
        switch self {
        case .tokenMalformed, .tokenNotYetValid, .tokenRevoked, .tokenType, .tokenSignature, .tokenKeyUnknown,
            .tokenIssuer, .tokenAudience, .bindingMismatch:
            true
        default: false
        }
    }

    /// Whether a request with this verdict is refused.
    public var isRefusal: Bool { rawValue > Self.anonymous.rawValue }

    /// The verdict that an error of the token library is.
    public init(_ error: TokenError) {
        switch error {
        case .missing: self = .tokenMissing
        case .malformed, .reservedClaim: self = .tokenMalformed
        case .signature: self = .tokenSignature
        case .keyUnknown: self = .tokenKeyUnknown
        case .expired: self = .tokenExpired
        case .notYetValid: self = .tokenNotYetValid
        case .revoked, .reused: self = .tokenRevoked
        case .type: self = .tokenType
        case .issuer: self = .tokenIssuer
        case .audience: self = .tokenAudience
        case .binding: self = .bindingMismatch
        case .store: self = .storeUnavailable
        case .issuerUnavailable: self = .issuerUnavailable
        }
    }
}

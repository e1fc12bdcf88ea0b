extension TokenError: CustomStringConvertible {
    /// A sentence for people. It holds nothing of the token but the name of a claim or of a rule.
    public var message: String {
        switch self {
        case .missing: "there is no token"
        case .malformed(let reason): reason
        case .signature: "the signature does not fit, or its algorithm is not allowed"
        case .keyUnknown: "no key has the token's kid"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .revoked: "the token was revoked"
        case .type(let expected, _): "the token is not of type \(expected.rawValue)"
        case .issuer: "the token was issued by somebody else"
        case .audience: "the token is meant for somebody else"
        case .binding: "the token was issued to another client"
        case .reservedClaim(let name): "the claim \(name) cannot be set"
        case .reused: "the refresh token was used before, and its session has ended"
        case .issuerUnavailable: "the keys of the token's issuer are not known yet"
        case .store(let error): error.description
        }
    }

    public var description: String { message }
}

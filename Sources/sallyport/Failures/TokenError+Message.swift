internal import Tokens

extension TokenError {
    /// What is wrong with a token, in a sentence for the one who looks into it. It holds nothing of the token but the
    /// name of its type.
    var message: String {
        switch self {
        case .missing: "there is no token"
        case .malformed(let reason): reason
        case .signature: "the signature does not fit the key, or alg is not the key's"
        case .keyUnknown: "no key has the token's kid"
        case .expired: "exp has passed"
        case .notYetValid: "nbf or iat lies in the future"
        case .revoked: "the token was revoked, or its session has ended"
        case .type(let expected, let found):
            "the type is \(Self.described(found)), and \(expected.rawValue) is expected"
        case .issuer: "iss is not the issuer that is expected"
        case .audience: "aud does not name the audience that is expected"
        case .binding: "the token belongs to another client"
        case .reservedClaim(let name): "\(name) is a claim that Sallyport writes itself"
        case .reused: "the refresh token was used before, and its session has ended"
        case .store(let failure): "\(failure)"
        }
    }

    /// A type of ours by its name; anything else came with the token, and stays there.
    private static func described(_ found: String?) -> String {
        guard let found else { return "missing" }
        return TokenType(rawValue: found)?.rawValue ?? "another one"
    }
}

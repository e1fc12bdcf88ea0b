internal import Tokens

/// Why a request goes no further, and what its answer says.
struct Refusal: Sendable {
    /// The status that an API gets.
    var status: Int
    /// The stable word.
    var code: VerdictCode
    /// One sentence without anything that the peer sent.
    var message: String
    /// Cookies that cannot work any more, so that nobody is stuck on an error page.
    var cookies = CookieChange.none
    /// The scopes that are needed, for the challenge; empty where they are not the matter.
    var scopes = ""

    /// A refusal because of a token.
    init(_ error: TokenError) {
        code = VerdictCode(error)
        message = error.sentence
        switch error {
        case .store, .issuerUnavailable: status = 503
        default: status = 401
        }
    }

    /// Another refusal.
    init(_ status: Int, _ code: VerdictCode, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Two credentials of the same kind that differ (400).
    static let ambiguous = Refusal(
        400, .credentialsAmbiguous, "The request holds two credentials of the same kind that differ.")

    /// Nobody could decide (503).
    static let unanswered = Refusal(503, .storeUnavailable, "The token cannot be checked now; try again soon.")

    /// A good token whose claims do not suffice (403). Signing in again would not help: nobody is sent to a login page.
    @inline(never)
    static func insufficientClaims(_ route: Route) -> Refusal {
        var refusal = Refusal(403, .claimsInsufficient, "The token's claims do not suffice here.")
        refusal.scopes = route.requiredScopes
        return refusal
    }

    /// The same with cookies to delete.
    func clearing(access: Bool, refresh: Bool) -> Refusal {
        var copy = self
        if access || refresh { copy.cookies = .clear(access: access, refresh: refresh) }
        return copy
    }
}

extension TokenError {
    /// One sentence for an answer: without anything of the token.
    var sentence: String {
        switch self {
        case .missing: "A token is needed here."
        case .malformed, .reservedClaim: "The token is malformed."
        case .signature: "The token's signature is not valid."
        case .keyUnknown: "The token was signed with a key that is not known here."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .revoked: "The token was revoked, or its session has ended."
        case .reused: "The refresh token was used before; its session has ended."
        case .type: "Another type of token is needed here."
        case .issuer: "The token is from another issuer."
        case .audience: "The token is for another audience."
        case .binding: "The token belongs to another client."
        case .store, .issuerUnavailable: "The token cannot be checked now; try again soon."
        }
    }
}

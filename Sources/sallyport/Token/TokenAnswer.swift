internal import Tokens

/// What `token verify` says of one token.
struct TokenAnswer {
    /// Whether it is valid.
    let isValid: Bool
    /// One JSON object.
    let text: String

    /// A valid token with its payload; nil where that is no JSON, which only a signature does not mind.
    init(claims: JSONValue?) {
        isValid = true
        text = JSONWriter.text(claims.map { ["valid": true, "claims": $0] } ?? ["valid": true])
    }

    /// A token that is not valid.
    init(_ error: TokenError) {
        isValid = false
        text = JSONWriter.text(["valid": false, "code": .string(error.code), "message": .string(error.message)])
    }
}

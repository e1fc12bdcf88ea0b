/// What a ``TokenJudge`` found.
public enum TokenJudgement: Sendable, Equatable {
    /// The token is good; `claims` is its payload, nil where that is no JSON and only the signature was asked about.
    case valid(claims: JSONValue?)
    /// The token is not good.
    case invalid(TokenError)

    /// Whether the token is good.
    public var isValid: Bool {
        switch self {
        case .valid: true
        case .invalid: false
        }
    }

    /// One line of JSON: `{"valid":true,"claims":{…}}`, or `{"valid":false,"code":"…","message":"…"}`.
    public var json: String {
        switch self {
        case .valid(let claims):
            JSONWriter.text(.object(["valid": true, "claims": claims ?? .null]))
        case .invalid(let error):
            JSONWriter.text(
                .object(["valid": false, "code": .string(error.code), "message": .string(error.message)]))
        }
    }
}

/// The claims of a payload that we look at, taken out in one pass and checked for their form (RFC 7519 §4.1).
struct RegisteredClaims {
    var issuer: JSONValue?
    var subject: String?
    var audience: JSONValue?
    var expiresAt: Int64?
    var notBefore: Int64?
    var issuedAt: Int64?
    var identifier: String?
    var type: JSONValue?
    var session: String?
    var generation: Int64?
    var fingerprint: String?

    /// Reads them from a payload.
    ///
    /// - Throws: `.malformed` for a claim that is not of its type, for a date that is none, and for a `sub`, `jti` or
    ///   `sid` with control characters: they end up in header fields and logs.
    init(_ payload: JSONObject) throws(TokenError) {
        for member in payload.members {
            switch ClaimName(member.name) {
            case .iss: issuer = member.value
            case .sub: subject = try Self.text(member.value, claim: "sub")
            case .aud: audience = member.value
            case .exp: expiresAt = try NumericDate.read(member.value, claim: "exp")
            case .nbf: notBefore = try NumericDate.read(member.value, claim: "nbf")
            case .iat: issuedAt = try NumericDate.read(member.value, claim: "iat")
            case .jti: identifier = try Self.text(member.value, claim: "jti")
            case .type: type = member.value
            case .sid: session = try Self.text(member.value, claim: "sid")
            case .gen:
                guard let number = member.value.integer, number > 0 else { throw .malformed("gen is no generation") }
                generation = number
            case .fp: fingerprint = member.value.string
            case nil: break
            }
        }
    }

    /// Refuses another issuer than `expected` (RFC 7519 §4.1.1); without one, any is taken.
    func checkIssuer(_ expected: String?) throws(TokenError) {
        guard let expected else { return }
        guard let issuer = issuer?.string, issuer.utf8.elementsEqual(expected.utf8) else { throw .issuer }
    }

    /// Refuses a token that does not name `expected` among its audiences; where we have no name, one that is meant for
    /// somebody (RFC 7519 §4.1.3).
    func checkAudience(_ expected: String?) throws(TokenError) {
        guard let expected else {
            guard audience == nil else { throw .audience }
            return
        }
        let isNamed =
            switch audience {
            case .string(let name): name.utf8.elementsEqual(expected.utf8)
            case .array(let names):
                // One entry that is no text spoils the list.
                names.allSatisfy { $0.string != nil }
                    && names.contains { $0.string?.utf8.elementsEqual(expected.utf8) == true }
            case nil, .null, .boolean, .integer, .decimal, .object: false
            }
        guard isNamed else { throw .audience }
    }

    /// Refuses a token whose time has not come (RFC 7519 §4.1.5), with `leeway` for clocks that differ.
    func checkBegin(now: Int64, leeway: Int64) throws(TokenError) {
        guard max(notBefore ?? 0, issuedAt ?? 0) <= now + leeway else { throw .notYetValid }
    }

    private static func text(_ value: JSONValue, claim: StaticString) throws(TokenError) -> String {
        guard let text = value.string else { throw .malformed("\(claim) is no text") }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw .malformed("\(claim) has control characters")
        }
        return text
    }
}

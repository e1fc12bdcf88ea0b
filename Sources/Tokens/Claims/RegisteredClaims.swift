/// The claims of a payload that we look at, taken out in one pass and checked for their form (RFC 7519 §4.1).
/// It is not copied: each of its texts would be counted again with each token.
struct RegisteredClaims: ~Copyable {
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
    ///
    /// - Parameter isForeign: whether somebody else wrote it, in whose tokens `gen` and `fp` mean nothing to us.
    init(_ payload: borrowing TokenPayload, isForeign: Bool = false) throws(TokenError) {
        let (object, positions) = (payload.object, payload.positions)
        // Borrowed one by one: copies of names and values would be paid by each token.
        let members = object.members.span
        guard members.count <= ClaimPositions.limit else {
            for index in members.indices { try note(ClaimName(members[index].name), members[index].value, isForeign) }
            return
        }
        // One after the other, each a constant: there is nothing to decide at run time.
        if let index = positions[.iss] { try note(.iss, members[index].value, isForeign) }
        if let index = positions[.sub] { try note(.sub, members[index].value, isForeign) }
        if let index = positions[.aud] { try note(.aud, members[index].value, isForeign) }
        if let index = positions[.exp] { try note(.exp, members[index].value, isForeign) }
        if let index = positions[.nbf] { try note(.nbf, members[index].value, isForeign) }
        if let index = positions[.iat] { try note(.iat, members[index].value, isForeign) }
        if let index = positions[.jti] { try note(.jti, members[index].value, isForeign) }
        if let index = positions[.type] { try note(.type, members[index].value, isForeign) }
        if let index = positions[.sid] { try note(.sid, members[index].value, isForeign) }
        if let index = positions[.gen] { try note(.gen, members[index].value, isForeign) }
        if let index = positions[.fp] { try note(.fp, members[index].value, isForeign) }
    }

    /// The same for claims that are only to be written.
    init(_ object: JSONObject, isForeign: Bool = false) throws(TokenError) {
        let members = object.members.span
        for index in members.indices { try note(ClaimName(members[index].name), members[index].value, isForeign) }
    }

    @inline(__always)
    private mutating func note(_ claim: ClaimName?, _ value: JSONValue, _ isForeign: Bool) throws(TokenError) {
        switch claim {
        case .iss: issuer = value
        case .sub: subject = try Self.text(value, claim: "sub")
        case .aud: audience = value
        case .exp: expiresAt = try NumericDate.read(value, claim: "exp")
        case .nbf: notBefore = try NumericDate.read(value, claim: "nbf")
        case .iat: issuedAt = try NumericDate.read(value, claim: "iat")
        case .jti: identifier = try Self.text(value, claim: "jti")
        case .type: type = value
        case .sid: session = try Self.text(value, claim: "sid")
        case .gen where !isForeign:
            guard let number = value.integer, number > 0 else { throw .malformed("gen is no generation") }
            generation = number
        case .fp: fingerprint = value.string
        case .gen, nil: break
        }
    }

    /// Refuses another issuer than `expected` (RFC 7519 §4.1.1); without one, any is taken.
    func checkIssuer(_ expected: String?) throws(TokenError) {
        guard let expected else { return }
        guard let issuer = issuer?.string, Self.isSame(issuer, expected) else { throw .issuer }
    }

    /// Refuses a token that does not name `expected` among its audiences; where we have no name, one that is meant for
    /// somebody (RFC 7519 §4.1.3).
    func checkAudience(_ expected: String?) throws(TokenError) {
        guard let expected else {
            guard audience == nil else { throw .audience }
            return
        }
        guard names(audience: expected) else { throw .audience }
    }

    /// Whether the token is meant for `expected`, perhaps among others.
    func names(audience expected: String) -> Bool {
        switch audience {
        case .string(let name): Self.isSame(name, expected)
        case .array(let names):
            // One entry that is no text spoils the list.
            names.allSatisfy { $0.string != nil }
                && names.contains { $0.string.map { Self.isSame($0, expected) } == true }
        case nil, .null, .boolean, .integer, .decimal, .object: false
        }
    }

    /// Refuses a token whose time has not come (RFC 7519 §4.1.5), with `leeway` for clocks that differ.
    func checkBegin(now: Int64, leeway: Int64) throws(TokenError) {
        guard max(notBefore ?? 0, issuedAt ?? 0) <= now + leeway else { throw .notYetValid }
    }

    private static func text(_ value: JSONValue, claim: StaticString) throws(TokenError) -> String {
        guard let text = value.string else { throw .malformed("\(claim) is no text") }
        let bytes = text.utf8Span.span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7f {
            throw .malformed("\(claim) has control characters")
        }
        return text
    }

    /// Whether two texts are the same byte for byte; two spellings of one character differ.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8Span.span, right.utf8Span.span)
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

internal import CryptoPrimitives

/// Writes the payloads of our tokens and signs them.
///
/// The order of the claims is fixed: `sub`, the caller's, then ours. So a token that is made again from the session's
/// record is the same, byte for byte.
struct TokenComposer: Sendable {
    /// What is particular to one token.
    struct Parts {
        var type: TokenType
        var subject: String?
        var claims: JSONObject
        var session: String
        var identifier: String
        var generation: Int64?
        var issuedAt: Int64
        var expiresAt: Int64
    }

    private let key: TokenKey
    private let settings: TokenSettings
    private let encodedHeader: [UInt8]

    /// - Precondition: the key can sign.
    init(key: TokenKey, settings: TokenSettings) {
        precondition(key.canSign)
        self.key = key
        self.settings = settings
        encodedHeader = CompactJWS.encodedHeader(for: key)
    }

    /// 128 random bits: a name for a token or a session (RFC 7519 §4.1.7).
    static func randomIdentifier() -> String {
        while true {
            let text = Base64URL.encode(SecureRandom.bytes(16).span)
            // Operators give identifiers to commands, which would take one that begins with a dash for an option.
            if !text.hasPrefix("-") { return text }
        }
    }

    /// The token for a client.
    ///
    /// - Throws: `.malformed` for a token beyond the limits, which nobody would take.
    func compose(_ parts: Parts, client: ClientIdentity) throws(TokenError) -> IssuedToken {
        var payload = JSONObject()
        if let subject = parts.subject { payload.append("sub", .string(subject)) }
        for member in parts.claims.members where member.name != "sub" { payload.append(member.name, member.value) }
        payload.append("type", .string(parts.type.rawValue))
        payload.append("jti", .string(parts.identifier))
        payload.append("iat", .integer(parts.issuedAt))
        payload.append("exp", .integer(parts.expiresAt))
        if let issuer = settings.issuer { payload.append("iss", .string(issuer)) }
        if let audience = settings.audience { payload.append("aud", .string(audience)) }
        payload.append("sid", .string(parts.session))
        if let generation = parts.generation { payload.append("gen", .integer(generation)) }
        if let fingerprintKey = key.fingerprintKey {
            let text = ClientFingerprint.text(of: client, rules: settings.binding, key: fingerprintKey)
            payload.append("fp", .string(text))
        }
        let claims = JSONValue.object(payload)
        guard
            let text = CompactJWS.sign(JSONWriter.bytes(claims).span, with: key, encodedHeader: encodedHeader)
        else { throw .keyUnknown }
        guard text.utf8.count <= settings.limits.tokenBytes else {
            throw .malformed("the token would have more than \(settings.limits.tokenBytes) bytes")
        }
        let verified = VerifiedToken(
            type: parts.type, subject: parts.subject, session: parts.session, identifier: parts.identifier,
            generation: parts.generation, issuedAt: parts.issuedAt, expiresAt: parts.expiresAt, claims: claims,
            bindingNotice: nil)
        return IssuedToken(text: text, verified: verified)
    }

    /// Both tokens of the session's newest generation. The refresh token carries no claims of the caller's.
    func compose(_ record: SessionRecord, client: ClientIdentity) throws(TokenError) -> IssuedTokens {
        let claims: JSONValue
        do throws(JSONError) {
            claims = try JSONParser.parse(record.claims)
        } catch {
            throw .store(TokenStoreError(.corrupt, "a session's claims are no JSON: \(error)"))
        }
        guard let claims = claims.object else {
            throw .store(TokenStoreError(.corrupt, "a session's claims are no JSON object"))
        }
        let current = record.current
        let access = try compose(
            Parts(
                type: .access, subject: record.subject, claims: claims, session: record.identifier,
                identifier: current.accessIdentifier, generation: current.number, issuedAt: current.issuedAt,
                expiresAt: current.accessExpiresAt), client: client)
        let refresh = try compose(
            Parts(
                type: .refresh, subject: record.subject, claims: [:], session: record.identifier,
                identifier: current.refreshIdentifier, generation: current.number, issuedAt: current.issuedAt,
                expiresAt: current.refreshExpiresAt), client: client)
        return IssuedTokens(
            accessToken: access.text, refreshToken: refresh.text, session: record.identifier, subject: record.subject,
            generation: current.number, accessExpiresAt: current.accessExpiresAt,
            refreshExpiresAt: current.refreshExpiresAt, access: access.verified,
            refreshIdentifier: current.refreshIdentifier)
    }
}

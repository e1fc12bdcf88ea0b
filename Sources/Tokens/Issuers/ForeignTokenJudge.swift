internal import CryptoPrimitives

/// Judges the tokens of one foreign issuer.
///
/// The order is: structure, algorithm, key, signature, kind, issuer, audience, begin. An expired token that is good
/// otherwise is a value, as with our own.
struct ForeignTokenJudge: Sendable {
    let issuer: ForeignIssuer
    /// The issuer's place among all of them.
    let number: Int
    let limits: TokenLimits

    /// Claims that only an ID token (OpenID Connect Core §2, §3.3.2.11), a logout token (Back-Channel Logout §2.4) or another
    /// security event (RFC 8417 §2.2) has. An access token by its `typ` is one all the same (RFC 9068 §2.2).
    private static let otherKinds = ["nonce", "at_hash", "c_hash", "s_hash", "events"]

    func judge(_ token: Span<UInt8>, accepting types: Set<TokenType>, now: Int64) throws(TokenError) -> LocalVerdict {
        let parts = try CompactJWS(token, limits: limits)
        guard let keys = issuer.keys.current else { throw .issuerUnavailable }
        let header = try JOSEHeader(encoded: token.extracting(0..<parts.headerEnd))
        let verifier = SignatureVerifier(
            keys: keys, algorithms: keys.algorithms.intersection(issuer.algorithms), limits: limits)
        return try verifier.verify(token) { payload, _ throws(TokenError) in
            let verified = try read(payload, header, accepting: types, now: now)
            return verified.expiresAt <= now ? .expired(verified) : .valid(verified)
        }
    }

    /// The `kid` of a token's header; nil where there is none, or no header.
    func keyIdentifier(of token: Span<UInt8>) -> String? {
        do throws(TokenError) {
            let parts = try CompactJWS(token, limits: limits)
            return try JOSEHeader(encoded: token.extracting(0..<parts.headerEnd)).keyIdentifier
        } catch {
            return nil
        }
    }

    private func read(
        _ payload: Span<UInt8>, _ header: JOSEHeader, accepting types: Set<TokenType>, now: Int64
    ) throws(TokenError) -> VerifiedToken {
        let content = try TokenPayload(payload)
        let registered = try RegisteredClaims(content, isForeign: true)
        let claims = content.value
        let type = try type(of: claims, registered, header, accepting: types)
        try registered.checkIssuer(issuer.identifier)
        guard issuer.audiences.contains(where: { registered.names(audience: $0) }) else { throw .audience }
        guard let expiresAt = registered.expiresAt else { throw .malformed("the token has no exp") }
        try checkLife(registered, until: expiresAt)
        if let confirmation = claims["cnf"], confirmation != .null { throw .binding }
        try registered.checkBegin(now: now, leeway: issuer.leewaySeconds)
        let mapped = mapped(claims)
        let subject = try subject(mapped)
        let foreign = ForeignToken(
            issuer: issuer.identifier, issuerNumber: number, subject: subject, session: registered.session,
            identifier: registered.identifier, issuedAt: registered.issuedAt,
            digest: Self.name(ofPayload: payload))
        return VerifiedToken(foreign: foreign, type: type, expiresAt: expiresAt, claims: mapped)
    }

    /// Refuses a token that lives longer than the issuer's tokens do: it would outlive a denial of its user.
    private func checkLife(_ claims: borrowing RegisteredClaims, until expiry: Int64) throws(TokenError) {
        guard let longest = issuer.longestLifeSeconds else { return }
        guard let issuedAt = claims.issuedAt else {
            throw .malformed("the token has no iat, which its issuer's longest life asks for")
        }
        guard expiry - issuedAt <= longest else { throw .malformed("the token lives longer than its issuer's may") }
    }

    /// What stands for the `jti` of a token that has none: the payload cannot change without another signature.
    private static func name(ofPayload payload: Span<UInt8>) -> String {
        let digest = MessageDigest.digest(payload).array
        return "payload:" + Base64URL.encode(digest.span)
    }

    /// What the token is for; only access tokens and WebSocket tokens open anything.
    private func type(
        of claims: JSONValue, _ registered: borrowing RegisteredClaims, _ header: JOSEHeader,
        accepting types: Set<TokenType>
    ) throws(TokenError) -> TokenType {
        let isAccessToken = header.type.map(JOSEHeader.isAccessTokenType) ?? false
        if issuer.headerType == .accessToken, !isAccessToken { throw .type(expected: .access, found: header.type) }
        // What some issuers write into the payload instead: Keycloak's Bearer, ID, Refresh and Logout.
        if let kind = claims["typ"]?.string, !["bearer", "jwt", "at+jwt"].contains(kind.lowercased()) {
            throw .type(expected: .access, found: kind)
        }
        if !isAccessToken, Self.otherKinds.contains(where: { claims[$0] != nil }) {
            throw .type(expected: .access, found: "id_token")
        }
        guard issuer.requiresType || registered.type != nil else {
            guard types.contains(.access) else { throw .type(expected: types.first ?? .access, found: nil) }
            return .access
        }
        let named = registered.type?.string.flatMap { TokenType(rawValue: $0) }
        guard issuer.requiresType || named != nil else {
            // Another meaning of the name than ours.
            guard types.contains(.access) else { throw .type(expected: types.first ?? .access, found: nil) }
            return .access
        }
        guard let named, named != .refresh, types.contains(named) else {
            throw .type(expected: types.contains(.access) ? .access : .websocket, found: registered.type?.string)
        }
        return named
    }

    /// The claims as they are seen here.
    private func mapped(_ claims: JSONValue) -> JSONValue {
        guard !issuer.claims.isEmpty, var object = claims.object else { return claims }
        for (name, source) in issuer.claims { object[name] = source.value(in: claims) }
        return .object(object)
    }

    /// The user as seen here: text without control bytes, as with our own tokens.
    private func subject(_ claims: JSONValue) throws(TokenError) -> String? {
        guard let value = claims["sub"] else { return nil }
        return try RegisteredClaims(["sub": value]).subject
    }
}

extension JWTManager {
    /// Verifies a token without the store: everything but revocation. It never suspends, takes a few microseconds for
    /// an HMAC, and may be called on any thread.
    ///
    /// The order is: structure, algorithm and key, signature, type, issuer, audience, binding, begin, expiry. So
    /// ``TokenError/expired`` says that all else is good.
    ///
    /// - Parameters:
    ///   - token: the compact form.
    ///   - types: the types that are taken here.
    ///   - client: who presents it.
    public func verifyLocally(
        _ token: Span<UInt8>, accepting types: Set<TokenType>, client: ClientIdentity
    ) throws(TokenError) -> VerifiedToken {
        switch try judgeLocally(token, accepting: types, client: client) {
        case .valid(let token): return token
        case .expired: throw .expired
        }
    }

    /// As above, for bytes of any origin.
    public func verifyLocally(
        _ token: RawSpan, accepting types: Set<TokenType>, client: ClientIdentity
    ) throws(TokenError) -> VerifiedToken {
        try verifyLocally(Span<UInt8>(_bytes: token), accepting: types, client: client)
    }

    /// As ``verifyLocally(_:accepting:client:)``, but an expired token that is good otherwise is a value, which tells
    /// its session.
    public func judgeLocally(
        _ token: Span<UInt8>, accepting types: Set<TokenType>, client: ClientIdentity
    ) throws(TokenError) -> LocalVerdict {
        guard !token.isEmpty else { throw .missing }
        let now = clock.now
        return try verifier.verify(token) { payload, key throws(TokenError) in
            let token = try read(payload, key: key, accepting: types, client: client, now: now)
            return token.expiresAt <= now ? .expired(token) : .valid(token)
        }
    }

    /// Asks the store about a token that ``verifyLocally(_:accepting:client:)`` has taken. A token of a generation that
    /// nobody had presented yet confirms it: the grace of its predecessors begins.
    ///
    /// - Throws: `.revoked`, `.expired` where `exp` has passed meanwhile, or `.store`.
    public func checkRevocation(_ token: VerifiedToken) async throws(TokenError) -> RevocationCheck {
        let now = clock.now
        let verdict = try await asking { store throws(TokenStoreError) in
            try await store.verdict(on: token.reference, now: now)
        }
        guard case .live(let isConfirmed, let isWatched) = verdict else {
            // The store forgets a token at its expiry: that is no revocation.
            throw token.expiresAt <= clock.now ? .expired : .revoked
        }
        guard !isConfirmed, let generation = token.generation else {
            return RevocationCheck(isWatched: isWatched, didConfirm: false)
        }
        let grace = settings.rotationGraceSeconds
        try await asking { store throws(TokenStoreError) in
            try await store.confirm(token.session, generation: generation, graceSeconds: grace, now: now)
        }
        return RevocationCheck(isWatched: isWatched, didConfirm: true)
    }

    /// Verifies a token in full.
    ///
    /// - Parameters:
    ///   - token: the compact form.
    ///   - type: the type that is expected.
    ///   - client: who presents it.
    /// - Throws: each failure as its own ``TokenError``.
    public func verifyToken(
        _ token: String, expecting type: TokenType, client: ClientIdentity
    ) async throws(TokenError) -> VerifiedToken {
        let verified = try verifyLocally(token.utf8Bytes.span, accepting: [type], client: client)
        _ = try await checkRevocation(verified)
        return verified
    }

    /// Verifies a WebSocket token in full.
    public func verifyWebSocketToken(
        _ token: String, client: ClientIdentity
    ) async throws(TokenError) -> VerifiedToken {
        try await verifyToken(token, expecting: .websocket, client: client)
    }

    /// Judges a payload whose signature is good, except for its expiry.
    private func read(
        _ payload: Span<UInt8>, key: TokenKey, accepting types: Set<TokenType>, client: ClientIdentity,
        now: Int64
    ) throws(TokenError) -> VerifiedToken {
        let (claims, registered) = try Self.claims(payload)
        let type = try Self.type(of: registered, accepting: types)
        try registered.checkIssuer(settings.issuer)
        try registered.checkAudience(settings.audience)
        guard let expiresAt = registered.expiresAt else { throw .malformed("the token has no exp") }
        guard let identifier = registered.identifier, let session = registered.session else {
            throw .malformed("the token has no jti or no sid")
        }
        let mismatch = ClientFingerprint.mismatch(
            of: registered.fingerprint, with: client, rules: settings.binding, key: key.fingerprintKey)
        if let mismatch {
            let isRefused =
                mismatch.address && settings.binding.address == .strict
                || mismatch.userAgent && settings.binding.userAgent == .strict
            if isRefused { throw .binding }
        }
        try registered.checkBegin(now: now, leeway: settings.leewaySeconds)
        return VerifiedToken(
            type: type, subject: registered.subject, session: session, identifier: identifier,
            generation: registered.generation, issuedAt: registered.issuedAt ?? 0, expiresAt: expiresAt,
            claims: claims, bindingNotice: mismatch)
    }

    /// The payload and what we look at in it.
    static func claims(_ payload: Span<UInt8>) throws(TokenError) -> (JSONValue, RegisteredClaims) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(payload)
        } catch {
            throw .malformed("the payload is not JSON as we take it: \(error)")
        }
        guard let object = value.object else { throw .malformed("the payload is no JSON object") }
        return (value, try RegisteredClaims(object))
    }

    /// The type of a token, which must be one of those that are taken.
    static func type(of claims: RegisteredClaims, accepting types: Set<TokenType>) throws(TokenError) -> TokenType {
        let found = claims.type?.string
        guard let type = found.flatMap({ TokenType(rawValue: $0) }), types.contains(type) else {
            throw .type(expected: TokenType.allCases.first { types.contains($0) } ?? .access, found: found)
        }
        return type
    }
}

extension String {
    /// The text as an array of its UTF-8 bytes.
    var utf8Bytes: [UInt8] { Array(utf8) }
}

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

    /// A token of one of the ``issuers`` is judged by that one's keys and rules instead, and ``VerifiedToken/foreign`` is set:
    /// it is bound to no client, and never refreshed.
    ///
    /// As ``verifyLocally(_:accepting:client:)-(Span<UInt8>,_,_)``, but an expired token that is good otherwise is a value, which tells
    /// its session.
    public func judgeLocally(
        _ token: Span<UInt8>, accepting types: Set<TokenType>, client: ClientIdentity
    ) throws(TokenError) -> LocalVerdict {
        guard !token.isEmpty else { throw .missing }
        let now = clock.now
        switch directory.choose(for: token) {
        case .foreign(let judge): return try judge.judge(token, accepting: types, now: now)
        case .unknown: throw .issuer
        case .own: break
        }
        return try verifier.verify(token) { payload, key throws(TokenError) in
            // A key that was replaced, and whose last token has expired: whoever still signs with it has stolen it.
            if let end = key.expiresAt, end <= now { throw .keyUnknown }
            let token = try read(payload, key: key, accepting: types, client: client, now: now)
            return token.expiresAt <= now ? .expired(token) : .valid(token)
        }
    }

    /// As ``judgeLocally(_:accepting:client:)``, but where a foreign token was signed with a key that is not known, its issuer
    /// may be asked for newer ones first.
    ///
    /// - Throws: `.issuerUnavailable` also where the issuer does not answer: nobody can say then that there is no such key.
    public func judge(
        _ token: [UInt8], accepting types: Set<TokenType>, client: ClientIdentity
    ) async throws(TokenError) -> LocalVerdict {
        do throws(TokenError) {
            return try judgeLocally(token.span, accepting: types, client: client)
        } catch {
            guard case .foreign(let judge) = directory.choose(for: token.span) else { throw error }
            return try await judgement(of: token, by: judge, accepting: types, after: error)
        }
    }

    /// What a foreign issuer's judge says of a token that the known keys did not do for, perhaps with newer ones.
    ///
    /// - Parameter error: what was said of it with the known keys.
    func judgement(
        of token: [UInt8], by judge: ForeignTokenJudge, accepting types: Set<TokenType>, after error: TokenError
    ) async throws(TokenError) -> LocalVerdict {
        guard error == .keyUnknown || error == .issuerUnavailable else { throw error }
        switch await judge.issuer.keys.refresh(for: judge.keyIdentifier(of: token.span)) {
        case .unchanged: throw error
        case .unavailable: throw .issuerUnavailable
        case .changed: return try judge.judge(token.span, accepting: types, now: clock.now)
        }
    }

    /// Asks the store about a token that ``verifyLocally(_:accepting:client:)-(Span<UInt8>,_,_)`` has taken. A token of a generation that
    /// nobody had presented yet confirms it: the grace of its predecessors begins.
    ///
    /// - Throws: `.revoked`, `.expired` where `exp` has passed meanwhile, or `.store`.
    public func checkRevocation(_ token: VerifiedToken) async throws(TokenError) -> RevocationCheck {
        if let foreign = token.foreign { return try await checkDenial(token, foreign) }
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

    /// As ``checkRevocation(_:)``, where the store answers at once and there is nothing to confirm; nil otherwise: ask with
    /// that one then.
    public func checkRevocationAtOnce(_ token: VerifiedToken) throws(TokenError) -> RevocationCheck? {
        guard token.foreign == nil else { return nil }
        let verdict: TokenVerdict?
        do throws(TokenStoreError) {
            verdict = try store.verdictAtOnce(on: token.reference, now: clock.now)
        } catch {
            throw .store(error)
        }
        switch verdict {
        case .live(let isConfirmed, let isWatched) where isConfirmed || token.generation == nil:
            return RevocationCheck(isWatched: isWatched, didConfirm: false)
        case nil, .live: return nil
        // The store forgets a token at its expiry: that is no revocation.
        case .revoked: throw token.expiresAt <= clock.now ? .expired : .revoked
        }
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
        switch try await judge(token.utf8Bytes, accepting: [type], client: client) {
        case .expired: throw .expired
        case .valid(let verified):
            _ = try await checkRevocation(verified)
            return verified
        }
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
        let payload = try TokenPayload(payload)
        let registered = try RegisteredClaims(payload)
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
            claims: payload.value, bindingNotice: mismatch)
    }

    /// The type of a token, which must be one of those that are taken.
    static func type(of claims: borrowing RegisteredClaims, accepting types: Set<TokenType>) throws(TokenError)
        -> TokenType
    {
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

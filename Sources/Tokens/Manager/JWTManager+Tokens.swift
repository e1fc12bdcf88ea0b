extension JWTManager {
    /// Makes a token and puts it on the allow-list.
    ///
    /// - Parameters:
    ///   - data: the caller's claims, at the top level of the payload. `sub`, where given, is text.
    ///   - type: what it is for.
    ///   - seconds: its lifetime; nil: the type's.
    ///   - client: who will present it.
    ///   - session: the living session that it belongs to; nil gives it one of its own.
    /// - Throws: `.reservedClaim` for a claim that is not the caller's to set, `.malformed` for claims that no token
    ///   can hold, `.revoked` if the session has ended, `.store`.
    public func createToken(
        _ data: JSONObject, type: TokenType, expiresIn seconds: Int64? = nil, client: ClientIdentity,
        session: String? = nil
    ) async throws(TokenError) -> IssuedToken {
        try ReservedClaims.check(data)
        let subject = try RegisteredClaims(data).subject
        return try await create(
            data, subject: subject, type: type, expiresIn: seconds, client: client, session: session, generation: nil)
    }

    /// Makes an access token.
    public func createAccessToken(
        _ data: JSONObject, expiresIn seconds: Int64? = nil, client: ClientIdentity, session: String? = nil
    ) async throws(TokenError) -> IssuedToken {
        try await createToken(data, type: .access, expiresIn: seconds, client: client, session: session)
    }

    /// Makes a refresh token that stands for itself: ``refreshToken(_:client:)`` takes it, ``rotate(_:client:)-(String,_)`` does
    /// not.
    public func createRefreshToken(
        _ data: JSONObject, expiresIn seconds: Int64? = nil, client: ClientIdentity, session: String? = nil
    ) async throws(TokenError) -> IssuedToken {
        try await createToken(data, type: .refresh, expiresIn: seconds, client: client, session: session)
    }

    /// Makes a WebSocket token.
    public func createWebSocketToken(
        _ data: JSONObject, expiresIn seconds: Int64? = nil, client: ClientIdentity, session: String? = nil
    ) async throws(TokenError) -> IssuedToken {
        try await createToken(data, type: .websocket, expiresIn: seconds, client: client, session: session)
    }

    /// Gives a new access token for a refresh token, and leaves that as it is. The claims are those of the session, or
    /// where the refresh token stands for itself, its own.
    ///
    /// - Throws: each failure as its own ``TokenError``; ``TokenError/reused(_:subject:)`` for a refresh token that was
    ///   rotated and whose grace is over: its session is ended.
    public func refreshToken(_ token: String, client: ClientIdentity) async throws(TokenError) -> IssuedToken {
        let refresh = try verifyLocally(token.utf8Bytes.span, accepting: [.refresh], client: client)
        let now = clock.now
        let record = try await asking { store throws(TokenStoreError) in
            try await store.session(refresh.session, now: now)
        }
        guard let record else {
            _ = try await checkRevocation(refresh)
            let claims = Self.callersClaims(of: refresh)
            return try await create(
                claims, subject: refresh.subject, type: .access, client: client, session: refresh.session,
                requiresSession: false)
        }
        switch RotationRules.standing(of: refresh.identifier, generation: refresh.generation, in: record, now: now) {
        case .current, .superseded: _ = try await checkRevocation(refresh)
        case .unknown: _ = try await checkRevocation(refresh)
        case .stale:
            _ = try await endSession(refresh.session)
            throw .reused(refresh.reference, subject: refresh.subject)
        }
        let claims = try TokenPayload(record.claims.utf8Bytes.span).object
        return try await create(
            claims, subject: record.subject, type: .access, client: client, session: refresh.session,
            generation: refresh.generation)
    }

    /// Takes a token off the allow-list. Only its signature is looked at: an expired token, or one from another
    /// client, may be revoked too.
    ///
    /// A token of a foreign issuer, which is on no list, is put on the deny-list until its `exp`; it has to be good otherwise.
    ///
    /// - Returns: whether it was on the list; for a foreign one, whether it was good until now.
    public func revokeToken(_ token: String) async throws(TokenError) -> Bool {
        let bytes = token.utf8Bytes
        switch directory.choose(for: bytes.span) {
        case .foreign(let judge): return try await denyToken(bytes, judge)
        case .unknown: throw .issuer
        case .own: break
        }
        let reference = try verifier.verify(bytes.span) { payload, _ throws(TokenError) in
            let registered = try RegisteredClaims(TokenPayload(payload))
            let type = try Self.type(of: registered, accepting: Set(TokenType.allCases))
            guard let identifier = registered.identifier, let session = registered.session else {
                throw .malformed("the token has no jti or no sid")
            }
            return TokenReference(session: session, type: type, identifier: identifier)
        }
        return try await revokeToken(reference)
    }

    private func denyToken(_ token: [UInt8], _ judge: ForeignTokenJudge) async throws(TokenError) -> Bool {
        let types: Set<TokenType> = [.access, .websocket]
        let verdict: LocalVerdict
        do throws(TokenError) {
            verdict = try judge.judge(token.span, accepting: types, now: clock.now)
        } catch {
            verdict = try await judgement(of: token, by: judge, accepting: types, after: error)
        }
        guard case .valid(let verified) = verdict, let foreign = verified.foreign else { return false }
        return try await deny(foreign, expiresAt: verified.expiresAt)
    }

    /// Takes a token off the allow-list by its name; true if it was on it.
    public func revokeToken(_ token: TokenReference) async throws(TokenError) -> Bool {
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in try await store.revoke(token, now: now) }
    }

    /// Removes what has expired from a store where that does not happen by itself, in small steps, so that nobody
    /// waits long in between.
    ///
    /// - Returns: how many entries went.
    public func cleanupExpiredTokens(batch: Int = 1000) async throws(TokenError) -> Int {
        var removed = 0
        while true {
            let now = clock.now
            let count = try await asking { store throws(TokenStoreError) in
                try await store.removeExpired(now: now, limit: max(batch, 1))
            }
            removed += count
            guard count >= max(batch, 1), !Task.isCancelled else { return removed }
            await Task.yield()
        }
    }

    /// Makes a token and stores it; see ``createToken(_:type:expiresIn:client:session:)``.
    func create(
        _ claims: JSONObject, subject: String?, type: TokenType, expiresIn seconds: Int64? = nil,
        client: ClientIdentity, session: String?, generation: Int64? = nil, requiresSession: Bool = true
    ) async throws(TokenError) -> IssuedToken {
        let now = clock.now
        var lifetime = seconds ?? settings.expireSeconds(of: type)
        if let session, settings.sessionAbsoluteSeconds != nil, let record = try await self.session(session),
            let end = settings.absoluteEnd(of: record)
        {
            guard end > now else { throw .revoked }
            lifetime = min(lifetime, end - now)
        }
        guard lifetime > 0, lifetime <= NumericDate.latest - now else {
            throw .malformed("a token cannot live for \(lifetime) seconds")
        }
        let token = try signingComposer().compose(
            TokenComposer.Parts(
                type: type, subject: subject, claims: claims, session: session ?? TokenComposer.randomIdentifier(),
                identifier: TokenComposer.randomIdentifier(), generation: generation, issuedAt: now,
                expiresAt: now + lifetime), client: client)
        let stored = StoredToken(reference: token.verified.reference, expiresAt: token.verified.expiresAt)
        let mustLive = session != nil && requiresSession
        let isStored = try await asking { store throws(TokenStoreError) in
            try await store.insert(stored, subject: subject, requiresSession: mustLive, now: now)
        }
        guard isStored else { throw .revoked }
        return token
    }

    /// What of a token's claims the caller gave.
    static func callersClaims(of token: VerifiedToken) -> JSONObject {
        JSONObject(
            distinct: (token.claims.object?.members ?? []).filter { !ReservedClaims.names.contains($0.name) })
    }
}

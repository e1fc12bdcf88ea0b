extension JWTManager {
    /// Signs a user in: makes a session with its first access and refresh token, all of them in the store.
    ///
    /// - Parameters:
    ///   - subject: the user (`sub`), not empty.
    ///   - claims: the caller's claims, written into each access token of the session. `sub`, where given, is the same
    ///     user.
    ///   - client: who signs in, and to whom the tokens are bound.
    ///   - replaced: a session of the same user that the caller ends next: it does not count where sessions are limited.
    /// - Returns: the tokens, and which other sessions ended by ``TokenSettings/maximumSessionsPerUser``.
    /// - Throws: `.reservedClaim`, `.malformed` for a subject or claims that no token can hold, `.store`.
    public func issueSession(
        subject: String, claims: JSONObject = [:], client: ClientIdentity, replacing replaced: String? = nil
    ) async throws(TokenError) -> IssuedTokens {
        let claims = try sessionClaims(claims, of: subject)
        let now = clock.now
        let record = SessionRecord(
            identifier: TokenComposer.randomIdentifier(), subject: subject, claims: claims, createdAt: now,
            lastSeenAt: now, clientAddress: client.address, userAgent: client.userAgent, current: generation(at: now))
        let limit = settings.maximumSessionsPerUser.map { SessionLimit(maximum: $0, replaced: replaced) }
        var tokens = try signingComposer().compose(record, client: client)
        tokens.endedSessions = try await asking { store throws(TokenStoreError) in
            try await store.insert(record, limit: limit, now: now)
        }
        return tokens
    }

    /// Exchanges a refresh token for the next generation of its session: both tokens are new. The same exchange again,
    /// within the grace, gives the same tokens.
    ///
    /// - Throws: each failure as its own ``TokenError``; ``TokenError/reused(_:subject:)`` where the token was stolen
    ///   goods: its session has ended.
    public func rotate(_ token: Span<UInt8>, client: ClientIdentity) async throws(TokenError) -> RotationResult {
        try await rotate(try verifyLocally(token, accepting: [.refresh], client: client), client: client)
    }

    /// As above, for a token in a String.
    public func rotate(_ token: String, client: ClientIdentity) async throws(TokenError) -> RotationResult {
        try await rotate(
            try verifyLocally(token.utf8Bytes.span, accepting: [.refresh], client: client), client: client)
    }

    /// As above, for a refresh token that ``verifyLocally(_:accepting:client:)-(Span<UInt8>,_,_)`` has taken from this very client.
    public func rotate(_ refresh: VerifiedToken, client: ClientIdentity) async throws(TokenError) -> RotationResult {
        guard refresh.type == .refresh else { throw .type(expected: .refresh, found: refresh.type.rawValue) }
        let composer = try signingComposer()
        let now = clock.now
        let request = RotationRequest(
            session: refresh.session, presented: refresh.identifier, presentedGeneration: refresh.generation,
            candidate: generation(at: now), graceSeconds: settings.rotationGraceSeconds,
            absoluteSeconds: settings.sessionAbsoluteSeconds, now: now)
        let outcome = try await asking { store throws(TokenStoreError) in try await store.rotate(request) }
        switch outcome {
        case .rotated(let record):
            return RotationResult(
                tokens: try composer.compose(record, client: client), kind: .rotated, presented: refresh)
        case .repeated(let record):
            return RotationResult(
                tokens: try composer.compose(record, client: client), kind: .repeatedInGrace, presented: refresh)
        case .reused(let record): throw .reused(refresh.reference, subject: record.subject)
        case .revoked: throw refresh.expiresAt <= clock.now ? .expired : .revoked
        }
    }

    /// Signs out: ends a session and all its tokens; true if there was any of it.
    public func endSession(_ session: String) async throws(TokenError) -> Bool {
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in try await store.endSession(session, now: now) }
    }

    /// Signs a user out everywhere; the number of sessions that lived.
    public func endAllSessions(of subject: String) async throws(TokenError) -> Int {
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in
            try await store.endAllSessions(of: subject, now: now)
        }
    }

    /// The user's living sessions, the oldest first.
    public func sessions(of subject: String) async throws(TokenError) -> [SessionRecord] {
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in try await store.sessions(of: subject, now: now) }
    }

    /// A living session; nil where it has ended.
    public func session(_ identifier: String) async throws(TokenError) -> SessionRecord? {
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in try await store.session(identifier, now: now) }
    }

    /// Replaces the claims of a session; its next access token carries them.
    ///
    /// - Parameters:
    ///   - session: its name (`sid`).
    ///   - claims: as in ``issueSession(subject:claims:client:replacing:)``; `sub` is left to the session.
    /// - Returns: false if the session does not live.
    public func updateSession(_ session: String, claims: JSONObject) async throws(TokenError) -> Bool {
        guard let record = try await self.session(session) else { return false }
        let text = try sessionClaims(claims, of: record.subject)
        let now = clock.now
        return try await asking { store throws(TokenStoreError) in
            try await store.updateClaims(of: session, to: text, now: now)
        }
    }

    /// A generation whose number the store will set; the store shortens it where the session is near its absolute end.
    private func generation(at now: Int64) -> TokenGeneration {
        let most = min(settings.sessionIdleSeconds ?? .max, settings.sessionAbsoluteSeconds ?? .max)
        return TokenGeneration(
            number: 1, accessIdentifier: TokenComposer.randomIdentifier(),
            refreshIdentifier: TokenComposer.randomIdentifier(), issuedAt: now,
            accessExpiresAt: now + min(settings.accessTokenExpireSeconds, most),
            refreshExpiresAt: now + min(settings.refreshTokenExpireSeconds, most))
    }

    /// The text of a session's claims, once they are found fit: nothing reserved, and no other user than the session's.
    private func sessionClaims(_ claims: JSONObject, of subject: String) throws(TokenError) -> String {
        guard !subject.isEmpty else { throw .malformed("a session needs a subject") }
        _ = try RegisteredClaims(["sub": .string(subject)])
        try ReservedClaims.check(claims)
        var claims = claims
        if let other = claims["sub"] {
            guard other.string?.utf8.elementsEqual(subject.utf8) == true else { throw .reservedClaim("sub") }
            claims["sub"] = nil
        }
        let text = JSONWriter.text(.object(claims))
        // A third of the token is left to base64url and our own claims, so that no later rotation outgrows it.
        guard text.utf8.count <= settings.limits.tokenBytes / 2 else {
            throw .malformed("the claims have more than \(settings.limits.tokenBytes / 2) bytes")
        }
        return text
    }
}

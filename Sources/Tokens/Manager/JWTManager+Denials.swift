extension JWTManager {
    /// For how long a denial of a user or a session is kept where nothing bounds the life of its issuer's tokens: ten years, in
    /// seconds. There is one for each user at most.
    public static let denialSeconds: Int64 = 315_360_000

    /// Denies a foreign token from now on, everywhere; until its `exp`.
    ///
    /// - Returns: whether it was good until now.
    public func deny(_ token: ForeignToken, expiresAt: Int64) async throws(TokenError) -> Bool {
        let now = clock.now
        guard expiresAt > now, let key = token.denialKeys.first(where: { $0.kind == .token }) else { return false }
        return try await asking { store throws(TokenStoreError) in
            let verdict = try await store.denial(of: token, now: now)
            try await store.deny(TokenDenial(key: key, expiresAt: expiresAt), now: now)
            return !verdict.isDenied
        }
    }

    /// Denies the tokens of a user or a session that a foreign issuer issued until now (with its clock): the user signs in
    /// there again, and is let in here again.
    ///
    /// - Parameters:
    ///   - key: the user, as the issuer's claim mapping names it, or the session.
    ///   - seconds: for how long that is remembered; without it, as long as a token of the issuer may live
    ///     (``ForeignIssuer/longestLifeSeconds``), else for ``denialSeconds``.
    public func deny(_ key: DenialKey, keptFor seconds: Int64? = nil) async throws(TokenError) {
        let now = clock.now
        let issuer = issuers.first { $0.identifier.utf8.elementsEqual(key.issuer.utf8) }
        let seconds = seconds ?? issuer?.longestLifeSeconds.map { $0 + 1 } ?? Self.denialSeconds
        let denial = TokenDenial(
            key: key, issuedUntil: now, expiresAt: now + min(max(seconds, 1), NumericDate.latest - now))
        try await asking { store throws(TokenStoreError) in try await store.deny(denial, now: now) }
    }

    /// Asks the deny-list about a foreign token.
    func checkDenial(_ token: VerifiedToken, _ foreign: ForeignToken) async throws(TokenError) -> RevocationCheck {
        let now = clock.now
        let verdict = try await asking { store throws(TokenStoreError) in
            try await store.denial(of: foreign, now: now)
        }
        guard !verdict.isDenied else { throw token.expiresAt <= clock.now ? .expired : .revoked }
        return RevocationCheck(isWatched: verdict.isWatched, didConfirm: false)
    }
}

extension JWTManager {
    /// Asks the store what has become of a standing.
    ///
    /// Nothing is presented by this: no generation is confirmed. A refresh extends: when an own token has run out, the newest
    /// access token of its session counts, if that lives.
    ///
    /// - Throws: `.store`; nobody can tell then.
    public func verdict(on standing: TokenStanding) async throws(TokenError) -> StandingVerdict {
        let now = clock.now
        switch standing.token {
        case .foreign(let foreign):
            guard standing.expiresAt > now else { return .expired }
            let verdict = try await asking { store throws(TokenStoreError) in
                try await store.denial(of: foreign, now: now)
            }
            return verdict.isDenied ? .revoked : .holds(standing, isWatched: verdict.isWatched)
        case .own(let reference):
            if standing.expiresAt > now, let isWatched = try await isWatchedIfLive(reference, now: now) {
                return .holds(standing, isWatched: isWatched)
            }
            // The store forgets a token at its expiry: that is no revocation.
            guard standing.expiresAt <= clock.now else { return .revoked }
            return try await successor(of: reference)
        }
    }

    /// The standing that a refresh has given to the session of a token that has run out.
    private func successor(of reference: TokenReference) async throws(TokenError) -> StandingVerdict {
        let now = clock.now
        guard let current = try await session(reference.session)?.current, current.accessExpiresAt > now else {
            return .expired
        }
        let newest = TokenReference(
            session: reference.session, type: .access, identifier: current.accessIdentifier)
        guard let isWatched = try await isWatchedIfLive(newest, now: now) else { return .revoked }
        return .holds(TokenStanding(.own(newest), expiresAt: current.accessExpiresAt), isWatched: isWatched)
    }

    /// Whether a token's changes are announced; nil if it is not on the allow-list.
    private func isWatchedIfLive(_ reference: TokenReference, now: Int64) async throws(TokenError) -> Bool? {
        let verdict = try await asking { store throws(TokenStoreError) in
            try await store.verdict(on: reference, now: now)
        }
        guard case .live(_, let isWatched) = verdict else { return nil }
        return isWatched
    }
}

package import Tokens

/// A look at all that is under the store's prefix.
extension RedisStore {
    private static let pageSize = 500

    /// Looks for entries that do not agree with each other: sessions with their tokens' keys, and with the index of their
    /// user. Nothing is changed and nobody waits (`SCAN`); what looks wrong is looked at twice, because proxies may be
    /// at work.
    package func inspect(now: Int64, progress: (Int) -> Void = { _ in }) async throws(TokenStoreError) -> StoreReport {
        var report = StoreReport()
        let policies = await askAll(["INFO", "memory"])
        for answer in policies {
            if let finding = try Self.finding(answer.result) { report.note(finding) }
        }
        report.figures.append(.init("masters", .integer(Int64(policies.count))))
        try await inspectSessions(into: &report, now: now, progress)
        try await findOrphans(into: &report, now: now)
        try await inspectDenials(into: &report, now: now)
        return report
    }

    private func inspectDenials(into report: inout StoreReport, now: Int64) async throws(TokenStoreError) {
        var position = try await position(nil)
        // `SCAN` may give a key twice.
        var seen: Set<String> = []
        while position.master != nil {
            for (name, stored) in try await denials(&position, count: Self.pageSize)
            where seen.insert(name).inserted {
                guard let stored, DenialEntry.isName(name) else {
                    report.note("an entry of the deny-list cannot be read")
                    continue
                }
                if stored.expiresAt > now { report.denials += 1 } else { report.expired += 1 }
            }
        }
    }

    private func inspectSessions(into report: inout StoreReport, now: Int64, _ progress: (Int) -> Void)
        async throws(TokenStoreError)
    {
        var position = try await position(nil)
        while position.master != nil {
            let keys = try await scan(&position, for: settings.keys.sessionPattern, count: Self.pageSize)
            var doubtful: [String] = []
            for hash in try await hashes(of: keys.compactMap { settings.keys.session(ofKey: $0) }) {
                guard let session = Self.readable(hash) else {
                    doubtful.append(hash.identifier)
                    continue
                }
                report.expired += session.tokens.count { $0.expiresAt <= now }
                guard let living = session.living(at: now) else { continue }
                report.sessions += living.record == nil ? 0 : 1
                report.tokens += living.tokens.count
                if try await problem(with: living) != nil { doubtful.append(hash.identifier) }
            }
            for hash in try await hashes(of: doubtful) {
                guard let session = Self.readable(hash) else {
                    report.note("a session's record cannot be read")
                    continue
                }
                if let living = session.living(at: now), let problem = try await problem(with: living) {
                    report.note(problem)
                }
            }
            progress(report.sessions)
        }
    }

    private static func readable(_ hash: StoredHash) -> StoredSession? {
        do throws(TokenStoreError) { return try hash.session() } catch { return nil }
    }

    /// What does not agree with a session; nil if all does.
    private func problem(with session: StoredSession) async throws(TokenStoreError) -> String? {
        var questions = session.tokens.map { RedisQuestion.command(["GET", settings.keys.token($0.reference)]) }
        if let owner = session.owner {
            questions.append(.command(["ZSCORE", settings.keys.user(owner), session.identifier]))
        }
        let answers = await ask(questions)
        for (token, answer) in zip(session.tokens, answers) {
            guard let stored = try answer.get().text.flatMap({ StoredVerdict($0) }) else {
                return "a session lists a token that has no key"
            }
            if stored.expiresAt != token.expiresAt { return "a token and its session do not agree about its expiry" }
        }
        guard session.owner != nil, let listing = answers.last else { return nil }
        return try listing.get() == .null ? "a session is missing in the index of its user" : nil
    }

    /// Tokens whose session does not know of them: ending the session would not revoke them.
    private func findOrphans(into report: inout StoreReport, now: Int64) async throws(TokenStoreError) {
        var position = try await position(nil)
        while position.master != nil {
            let keys = try await scan(&position, for: settings.keys.tokenPattern, count: Self.pageSize)
            var tokens = keys.compactMap { settings.keys.token(ofKey: $0) }
            for _ in 0..<2 where !tokens.isEmpty { tokens = try await orphans(among: tokens) }
            for _ in tokens { report.note("a token has a key, but its session does not list it") }
        }
    }

    private func orphans(among tokens: [TokenReference]) async throws(TokenStoreError) -> [TokenReference] {
        // The key is asked for last: a token that is revoked in between is gone from both.
        let listings = await ask(
            tokens.map {
                .command(["HGET", settings.keys.session($0.session), "t:\($0.type.rawValue):\($0.identifier)"])
            })
        var missing: [TokenReference] = []
        for (token, answer) in zip(tokens, listings) {
            if try answer.get() == .null { missing.append(token) }
        }
        let keys = await ask(missing.map { .verdict($0) })
        var orphans: [TokenReference] = []
        for (token, answer) in zip(missing, keys) {
            if try answer.get() != .null { orphans.append(token) }
        }
        return orphans
    }
}

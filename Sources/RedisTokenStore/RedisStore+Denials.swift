public import Tokens

extension RedisStore {
    public func deny(_ denial: TokenDenial, now: Int64) async throws(TokenStoreError) {
        let name = denial.key.storedName
        let reply = try await run(
            .deny, on: settings.keys.denial(name),
            [String(now), String(denial.issuedUntil), String(denial.expiresAt)])
        // Those who keep verdicts here need not wait for Redis to announce what we know.
        observers.announce([.denial(name)])
        guard try Self.flag(reply) else { throw Self.strangeReply }
    }

    /// One `GET` for each name that the token has, in one write; each key is tracked, whether it is there or not.
    public func denial(of token: ForeignToken, now: Int64) async throws(TokenStoreError) -> DenialVerdict {
        let answers = await ask(token.denialNames.map { .denial($0) })
        var verdict = DenialVerdict(isDenied: false, isWatched: true)
        for answer in answers {
            verdict.isWatched = verdict.isWatched && answer.isWatched
            switch try answer.get() {
            case .null: break
            case .string(let text):
                guard let stored = StoredDenial(text) else { throw Self.strangeReply }
                if stored.expiresAt > now, token.isDenied(issuedUntil: stored.issuedUntil) { verdict.isDenied = true }
            default: throw Self.strangeReply
            }
        }
        return verdict
    }
}

public import Tokens

extension RedisStore {
    public func verdict(on token: TokenReference, now: Int64) async throws(TokenStoreError) -> TokenVerdict {
        let answer = await ask(.verdict(token))
        switch try answer.get() {
        case .null: return .revoked
        case .string(let text):
            guard let stored = StoredVerdict(text) else { throw Self.strangeReply }
            guard stored.expiresAt > now else { return .revoked }
            return .live(isConfirmed: stored.isConfirmed, isWatched: answer.isWatched)
        default: throw Self.strangeReply
        }
    }

    public func insert(_ token: StoredToken, subject: String?, requiresSession: Bool, now: Int64)
        async throws(TokenStoreError) -> Bool
    {
        let reference = token.reference
        if let subject { try await index(reference.session, of: subject, until: token.expiresAt, now: now) }
        var arguments = [
            String(now), reference.type.rawValue, reference.identifier, String(token.expiresAt),
            requiresSession ? "1" : "0",
        ]
        if let subject { arguments.append(subject) }
        let reply = try await run(.insertToken, on: settings.keys.session(reference.session), arguments)
        return try Self.flag(reply)
    }

    public func revoke(_ token: TokenReference, now: Int64) async throws(TokenStoreError) -> Bool {
        let reply = try await run(
            .revokeToken, on: settings.keys.session(token.session),
            [String(now), token.type.rawValue, token.identifier], mayRepeat: false)
        // Those who keep verdicts here need not wait for Redis to announce what we know.
        observers.announce([.token(token)])
        return try Self.flag(reply)
    }

    /// Nothing: Redis forgets by itself.
    public func removeExpired(now: Int64, limit: Int) async throws(TokenStoreError) -> Int { 0 }

    /// Writes a key that lives for a second.
    public func ping() async throws(TokenStoreError) {
        let reply = try await ask(.command(["SET", settings.keys.probe, "", "PX", "1000"])).get()
        guard case .status = reply else { throw Self.strangeReply }
    }

    /// A script's 0 or 1.
    static func flag(_ reply: RedisReply) throws(TokenStoreError) -> Bool {
        guard let number = reply.number else { throw strangeReply }
        return number == 1
    }
}

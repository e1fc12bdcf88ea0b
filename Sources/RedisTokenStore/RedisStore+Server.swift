internal import Tokens

extension RedisStore {
    /// Looks at how the server is configured; for the start, after which a Redis that evicts would sign users out at
    /// random. What is found is told to the log.
    ///
    /// - Parameter requiresNoEviction: whether a Redis that may evict is an error, and not only a warning; so is one
    ///   that does not tell its policy then.
    /// - Throws: ``RedisPolicyError``, or ``Tokens/TokenStoreError`` when Redis cannot be asked.
    public func checkServer(requiresNoEviction: Bool) async throws {
        for answer in await askAll(["INFO", "memory"]) {
            guard let finding = try Self.finding(answer.result) else { continue }
            if requiresNoEviction { throw RedisPolicyError(reason: finding) }
            settings.log("warning: \(finding)")
        }
    }

    /// What is to be said of one server; nil if it never evicts.
    static func finding(_ result: Result<RedisReply, TokenStoreError>) throws(TokenStoreError) -> String? {
        switch result {
        case .success(.string(let text)):
            let policy = value(of: "maxmemory_policy", in: text)
            if policy == "noeviction" { return nil }
            guard let policy else {
                return "Redis does not tell its maxmemory-policy: make sure that it is noeviction"
            }
            return "Redis may evict keys (maxmemory-policy \(policy)) and would sign users out at random: "
                + "set maxmemory-policy noeviction"
        case .success: throw strangeReply
        case .failure(let error) where error.kind == .notPermitted:
            return
                "the Redis user may not use INFO, so that the maxmemory-policy cannot be checked: grant +info, or make "
                + "sure that the policy is noeviction"
        case .failure(let error): throw error
        }
    }

    /// The value of a line `NAME:VALUE`.
    private static func value(of name: String, in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix(name + ":") {
            return String(line.dropFirst(name.utf8.count + 1))
        }
        return nil
    }
}

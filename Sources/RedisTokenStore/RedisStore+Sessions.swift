public import Tokens

extension RedisStore {
    /// How many sessions of a user are asked for in one write.
    private static let chunk = 256

    public func insert(_ session: SessionRecord, limit: SessionLimit?, now: Int64) async throws(TokenStoreError)
        -> [SessionRecord]
    {
        let earlier = try await index(
            session.identifier, of: session.subject, until: session.expiresAt, tellsOthers: limit != nil, now: now)
        let current = session.current
        let arguments = [
            String(now), current.accessIdentifier, String(current.accessExpiresAt), current.refreshIdentifier,
            String(current.refreshExpiresAt), session.isConfirmed ? "1" : "0",
        ]
        _ = try await run(.insertSession, on: settings.keys.session(session.identifier), arguments + session.fields)
        guard let limit else { return [] }
        // The index was written before: of two sign-ins at once, at least one sees both. Which of them came first is decided by
        // the index, so that they never end each other.
        let sessions = try await sessions(of: session.subject, now: now)
        var ended: [SessionRecord] = []
        for record in limit.surplus(of: sessions, beside: session.identifier, earlier: earlier)
        where try await endSession(record.identifier, now: now) {
            ended.append(record)
        }
        return ended
    }

    public func rotate(_ request: RotationRequest) async throws(TokenStoreError) -> RotationOutcome {
        let candidate = request.candidate
        let answer = await ask(
            .script(
                .rotate, key: settings.keys.session(request.session),
                arguments: [
                    String(request.now), request.presented, request.presentedGeneration.map { String($0) } ?? "",
                    String(request.now + request.graceSeconds), String(RotationRules.supersededLimit),
                    candidate.accessIdentifier, candidate.refreshIdentifier, String(candidate.issuedAt),
                    String(candidate.accessExpiresAt), String(candidate.refreshExpiresAt),
                    request.absoluteSeconds.map { String($0) } ?? "",
                ], mayRepeat: true))
        let reply = try answer.get()
        guard let word = reply.elements?.first?.text else { throw Self.strangeReply }
        if word == "revoked" { return .revoked }
        guard let fields = reply.elements?.last?.fields,
            let record = SessionRecord(request.session, fields: fields)
        else { throw Self.strangeReply }
        switch word {
        case "rotated", "repeated":
            // The user's index knows of the longer life before anybody has the new tokens.
            try await index(request.session, of: record.subject, until: record.expiresAt, now: request.now)
            // Asked again after a connection broke, the script repeats what it did for the same candidate before.
            let isOurs = answer.isRepeated && record.current.accessIdentifier == candidate.accessIdentifier
            return word == "rotated" || isOurs ? .rotated(record) : .repeated(record)
        case "reused":
            observers.announce([.session(request.session)])
            return .reused(record)
        default: throw Self.strangeReply
        }
    }

    public func confirm(_ session: String, generation number: Int64, graceSeconds: Int64, now: Int64)
        async throws(TokenStoreError)
    {
        _ = try await run(
            .confirm, on: settings.keys.session(session), [String(now), String(number), String(now + graceSeconds)])
    }

    public func endSession(_ session: String, now: Int64) async throws(TokenStoreError) -> Bool {
        let reply = try await run(
            .endSession, on: settings.keys.session(session), [String(now)], mayRepeat: false)
        observers.announce([.session(session)])
        guard let elements = reply.elements, elements.count == 2 else { throw Self.strangeReply }
        if let subject = elements[1].text {
            _ = try await ask(.command(["ZREM", settings.keys.user(subject), session])).get()
        }
        return try Self.flag(elements[0])
    }

    public func endAllSessions(of subject: String, now: Int64) async throws(TokenStoreError) -> Int {
        var count = 0
        var rest = try await sessionIdentifiers(of: subject)[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.chunk))
            rest = rest.dropFirst(part.count)
            let answers = await ask(
                part.map {
                    .script(
                        .endSession, key: settings.keys.session($0), arguments: [String(now), subject],
                        mayRepeat: false)
                })
            var ended: [String] = []
            var failure: TokenStoreError?
            for (session, answer) in zip(part, answers) {
                do throws(TokenStoreError) {
                    guard let elements = try answer.get().elements, elements.count == 2 else { throw Self.strangeReply }
                    if try Self.flag(elements[0]) { count += 1 }
                    // An entry without a session may be that of one which is being written now: it stays.
                    if elements[1].text == subject { ended.append(session) }
                } catch {
                    failure = error
                }
            }
            observers.announce(ended.map { .session($0) })
            if let failure { throw failure }
            if !ended.isEmpty { _ = try await ask(.command(["ZREM", settings.keys.user(subject)] + ended)).get() }
        }
        return count
    }

    public func sessions(of subject: String, now: Int64) async throws(TokenStoreError) -> [SessionRecord] {
        var found: [SessionRecord] = []
        var rest = try await sessionIdentifiers(of: subject)[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.chunk))
            rest = rest.dropFirst(part.count)
            let answers = await ask(part.map { .command(["HGETALL", settings.keys.session($0)]) })
            for (session, answer) in zip(part, answers) {
                guard let record = try Self.record(session, try answer.get(), now: now), record.subject == subject
                else { continue }
                found.append(record)
            }
        }
        return found.sorted { ($0.createdAt, $0.identifier) < ($1.createdAt, $1.identifier) }
    }

    public func session(_ identifier: String, now: Int64) async throws(TokenStoreError) -> SessionRecord? {
        let reply = try await ask(.command(["HGETALL", settings.keys.session(identifier)])).get()
        return try Self.record(identifier, reply, now: now)
    }

    public func updateClaims(of session: String, to claims: String, now: Int64) async throws(TokenStoreError) -> Bool {
        try Self.flag(try await run(.updateClaims, on: settings.keys.session(session), [String(now), claims]))
    }

    /// Lists a session under its user; the index lies in another slot and is written before the session.
    ///
    /// - Returns: with `tellsOthers`, the sessions that were listed before this one.
    @discardableResult
    func index(
        _ session: String, of subject: String, until expiry: Int64, tellsOthers: Bool = false, now: Int64
    ) async throws(TokenStoreError) -> Set<String> {
        let reply = try await run(
            .indexSession, on: settings.keys.user(subject),
            [String(now), session, String(expiry)] + (tellsOthers ? ["before"] : []))
        guard tellsOthers else { return [] }
        guard let elements = reply.elements else { throw Self.strangeReply }
        return Set(elements.compactMap(\.text))
    }

    private func sessionIdentifiers(of subject: String) async throws(TokenStoreError) -> [String] {
        let reply = try await ask(.command(["ZRANGE", settings.keys.user(subject), "0", "-1"])).get()
        guard let elements = reply.elements else { throw Self.strangeReply }
        return elements.compactMap(\.text)
    }

    /// The living session out of its hash.
    private static func record(_ identifier: String, _ reply: RedisReply, now: Int64)
        throws(TokenStoreError) -> SessionRecord?
    {
        guard let fields = reply.fields else { throw strangeReply }
        guard SessionRecord.isRecord(fields) else { return nil }
        guard let record = SessionRecord(identifier, fields: fields) else { throw strangeReply }
        return record.expiresAt > now ? record : nil
    }
}

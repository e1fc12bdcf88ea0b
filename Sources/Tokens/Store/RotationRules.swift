/// The rules of refresh rotation as pure functions over the session's record: stores that can run Swift inside their
/// transaction call them; the Redis script follows them line by line, and the contract suite holds both to the same
/// answers.
///
/// A refresh token is exchanged once. Its successor is *confirmed* when a token of the new generation is first
/// presented; until then, and for the grace after it, the old refresh token gives the same successor again. After
/// that it is stolen goods (RFC 9700 §4.14.2).
///
/// | presented | successor | outcome |
/// |---|---|---|
/// | the newest | | rotated; every predecessor's grace begins now |
/// | an older one | never confirmed, its access token good | repeated |
/// | an older one | never confirmed, its access token expired | rotated: what never arrived is replaced |
/// | an older one, in its grace | confirmed | repeated |
/// | an older one, its grace over or forgotten | any | reused: the session ends |
/// | any of these, revoked by itself | | revoked, as long as it is not reused |
/// | a generation that the store never heard of | | revoked |
/// | any, the session older than it may get | any | revoked |
///
/// A generation that was never heard of is no theft: a token that we signed with a `gen` not below the newest one can
/// only mean that the store lost a write that was acknowledged (a Redis failover). The client is refused, but nobody is alarmed.
public enum RotationRules {
    /// How many superseded refresh tokens a session remembers as "still in grace".
    public static let supersededLimit = 64

    /// Decides on a rotation.
    ///
    /// - Parameters:
    ///   - request: what is wished for.
    ///   - record: the living session.
    ///   - isListed: whether a refresh token's `jti` is still on the allow-list; one that was revoked by itself is not.
    public static func rotate(_ request: RotationRequest, in record: SessionRecord, isListed: (String) -> Bool)
        -> RotationOutcome
    {
        if let last = lastSecond(of: record, request), last <= request.now { return .revoked }
        var session = record
        session.superseded.removeAll { !$0.givesSuccessor(at: request.now) }
        switch standing(of: request.presented, generation: request.presentedGeneration, in: record, now: request.now) {
        case .current:
            guard isListed(request.presented) else { return .revoked }
            // Presenting the newest refresh token confirms its generation: all older ones enter their last grace.
            return .rotated(
                install(request, in: confirmed(session, graceSeconds: request.graceSeconds, now: request.now)))
        case .superseded:
            guard isListed(request.presented) else { return .revoked }
            if !session.isConfirmed, session.current.accessExpiresAt <= request.now {
                // The successor never arrived anywhere and is of no use any more: a new one takes its place.
                return .rotated(install(request, in: session))
            }
            return .repeated(session)
        case .stale: return .reused(session)
        case .unknown: return .revoked
        }
    }

    /// What a refresh token is to its session, before anybody asks whether it was revoked by itself.
    public static func standing(
        of identifier: String, generation: Int64?, in record: SessionRecord, now: Int64
    ) -> RefreshTokenStanding {
        if identifier == record.current.refreshIdentifier { return .current }
        if let earlier = record.superseded.first(where: { $0.identifier == identifier }) {
            return earlier.givesSuccessor(at: now) ? .superseded : .stale
        }
        // Forgotten, because its grace is long over or too many came after it; or of a future that the store lost.
        guard let generation, generation < record.current.number else { return .unknown }
        return .stale
    }

    /// The record after a token of its newest generation was presented.
    public static func confirmed(_ record: SessionRecord, graceSeconds: Int64, now: Int64) -> SessionRecord {
        guard !record.isConfirmed else { return record }
        var session = record
        session.isConfirmed = true
        for index in session.superseded.indices where session.superseded[index].graceEndsAt == nil {
            session.superseded[index].graceEndsAt = now + graceSeconds
        }
        return session
    }

    private static func install(_ request: RotationRequest, in record: SessionRecord) -> SessionRecord {
        var session = record
        session.superseded.append(
            SupersededRefreshToken(
                identifier: session.current.refreshIdentifier, expiresAt: session.current.refreshExpiresAt,
                graceEndsAt: nil))
        // The oldest goes, but never the one that was presented: the client that has nothing else must not become a
        // thief because sixty-four answers to it were lost.
        while session.superseded.count > supersededLimit,
            let oldest = session.superseded.firstIndex(where: { $0.identifier != request.presented })
        {
            session.superseded.remove(at: oldest)
        }
        session.current = request.candidate
        if let last = lastSecond(of: record, request) {
            session.current.accessExpiresAt = min(session.current.accessExpiresAt, last)
            session.current.refreshExpiresAt = min(session.current.refreshExpiresAt, last)
        }
        session.current.number = record.current.number + 1
        session.isConfirmed = false
        session.lastSeenAt = request.now
        return session
    }

    /// When the session is over however much it is used; no token of it lives longer.
    private static func lastSecond(of record: SessionRecord, _ request: RotationRequest) -> Int64? {
        request.absoluteSeconds.map { record.createdAt + $0 }
    }
}

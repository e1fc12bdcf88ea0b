/// The rules of refresh rotation as a pure function over the session's record: stores that can run Swift inside their
/// transaction call it; the Redis script follows it line by line, and the contract suite holds both to the same answers.
///
/// A refresh token is exchanged once. Its successor is *confirmed* when a token of the new generation is first
/// presented; until then, and for the grace after it, the old refresh token gives the same successor again. After
/// that it is stolen goods.
public enum RotationRules {
    /// How many superseded refresh tokens a session remembers as "still in grace".
    public static let supersededLimit = 64

    /// Decides on a rotation.
    ///
    /// - Parameters:
    ///   - record: the living session.
    ///   - isListed: whether a refresh token's `jti` is still on the allow-list; one that was revoked by itself is not.
    public static func rotate(_ request: RotationRequest, in record: SessionRecord, isListed: (String) -> Bool)
        -> RotationOutcome
    {
        var session = record
        session.superseded.removeAll { $0.expiresAt <= request.now }
        if request.presented == session.current.refreshIdentifier {
            guard isListed(request.presented) else { return .revoked }
            // Presenting the newest refresh token confirms its generation: all older ones enter their last grace.
            return .rotated(install(request, in: confirmed(session, graceSeconds: request.graceSeconds, now: request.now)))
        }
        guard let earlier = session.superseded.first(where: { $0.identifier == request.presented }) else {
            // Exchanged so long ago that it is forgotten, or never ours in this session: its signature was ours, so
            // it can only be an old one.
            return .reused(session)
        }
        if let end = earlier.graceEndsAt, end <= request.now { return .reused(session) }
        guard isListed(request.presented) else { return .revoked }
        if !session.isConfirmed, session.current.accessExpiresAt <= request.now {
            // The successor never arrived anywhere and is of no use any more: a new one takes its place.
            return .rotated(install(request, in: session))
        }
        return .repeated(session)
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
        if session.superseded.count > supersededLimit {
            session.superseded.removeFirst(session.superseded.count - supersededLimit)
        }
        session.current = request.candidate
        session.current.number = record.current.number + 1
        session.isConfirmed = false
        session.lastSeenAt = request.now
        return session
    }
}

internal import AuthProxy
internal import Tokens

/// `GET session`: who the caller is, and until when.
///
/// `claims` are all claims of the access token but its fingerprint, which is of no use to anybody.
enum SessionEndpoint {
    /// 200 with the identity, or the refusal that any other route would give.
    static func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        guard let token = request.identity else { return .refusing(request) }
        let refreshExpiresAt: Int64?
        do throws(TokenError) {
            refreshExpiresAt = try await refreshExpiry(token, request, services)
        } catch {
            return ReservedAnswer(error, requestID: request.requestID)
        }
        var claims = token.claims.object ?? [:]
        claims["fp"] = nil
        return .json(
            200,
            [
                "authenticated": true,
                "sub": token.subject.map(JSONValue.string) ?? .null,
                "sid": (token.foreign == nil ? token.session : token.foreign?.session).map(JSONValue.string) ?? .null,
                "claims": .object(claims),
                "access_expires_at": .integer(token.expiresAt),
                "refresh_expires_at": refreshExpiresAt.map(JSONValue.integer) ?? .null,
            ])
    }

    /// When the session's newest refresh token expires: the cookie tells where it is of the access token's generation,
    /// otherwise (it was replaced just now, or never came) the session's record does. nil where there is none, or no
    /// longer a good one.
    private static func refreshExpiry(
        _ token: VerifiedToken, _ request: ReservedRequest, _ services: ReservedServices
    ) async throws(TokenError) -> Int64? {
        guard token.foreign == nil else { return nil }
        let manager = services.manager
        if let cookie = request.refreshCookie {
            do throws(TokenError) {
                let refresh = try manager.verifyLocally(cookie.span, accepting: [.refresh], client: request.client)
                if refresh.session == token.session, refresh.generation == token.generation { return refresh.expiresAt }
            } catch {
                // A cookie that is of no use says nothing.
            }
        }
        guard let record = try await manager.session(token.session) else { return nil }
        return record.current.refreshExpiresAt > manager.clock.now ? record.current.refreshExpiresAt : nil
    }
}

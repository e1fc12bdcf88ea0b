extension JWTManager {
    /// Makes a WebSocket token for the bearer of an access token that was verified in full: with the same caller's
    /// claims, and in the same session, so that it ends with it.
    ///
    /// - Throws: `.issuer` for a foreign access token, whose end we could not follow; `.revoked` if the session has ended meanwhile, `.store`.
    public func createWebSocketToken(for access: VerifiedToken, client: ClientIdentity) async throws(TokenError)
        -> IssuedToken
    {
        guard access.foreign == nil else { throw .issuer }
        var hasRecord = true
        // A token without a generation may stand for itself: its session is nothing but a name then.
        if access.generation == nil { hasRecord = try await session(access.session) != nil }
        return try await create(
            Self.callersClaims(of: access), subject: access.subject, type: .websocket, client: client,
            session: access.session, requiresSession: hasRecord)
    }
}

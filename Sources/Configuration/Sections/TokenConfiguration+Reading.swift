extension TokenConfiguration {
    /// Ten years: what is meant to be longer is a mistake in the unit.
    private static let longest: Int64 = 315_360_000

    /// Reads `tokens:`.
    mutating func read(_ reader: MappingReader, _ context: ReadingContext) {
        readKeys(reader, context)
        issuer = reader.string("issuer")?.text
        audience = reader.string("audience")?.text
        reader.integer("access_token_expire_seconds", in: 1...Self.longest, into: &accessTokenExpireSeconds)
        reader.integer("refresh_token_expire_seconds", in: 1...Self.longest, into: &refreshTokenExpireSeconds)
        reader.integer("websocket_token_expire_seconds", in: 1...Self.longest, into: &websocketTokenExpireSeconds)
        refreshAheadSeconds = reader.integer("refresh_ahead_seconds", in: 0...Self.longest)
        reader.integer("rotation_grace_seconds", in: 0...3600, into: &rotationGraceSeconds)
        sessionIdleSeconds = reader.integer("session_idle_seconds", in: 4...Self.longest)
        sessionAbsoluteSeconds = reader.integer("session_absolute_seconds", in: 1...Self.longest)
        maxSessionsPerUser = reader.integer("max_sessions_per_user", in: 1...1000)
        reader.integer("leeway_seconds", in: 0...300, into: &leewaySeconds)
        if let binding = reader.section("binding", context) { readBinding(binding, context) }
        if reader.has("keys") { checkBinding(of: reader.value("keys"), context) }
        compareLifetimes(reader)
        reader.finish()
    }

    private func compareLifetimes(_ reader: MappingReader) {
        if let ahead = refreshAheadSeconds, ahead >= accessTokenExpireSeconds,
            let node = reader.value("refresh_ahead_seconds")
        {
            reader.problems.report(
                node,
                "is \(ahead), and an access token lives \(accessTokenExpireSeconds): each request would refresh; write less than that"
            )
        }
        if let idle = sessionIdleSeconds, idle >= refreshTokenExpireSeconds,
            let node = reader.value("session_idle_seconds")
        {
            reader.problems.warn(
                node,
                "changes nothing: a session is over after \(refreshTokenExpireSeconds) seconds without use, when its refresh token expires"
            )
        }
        if let absolute = sessionAbsoluteSeconds, let idle = sessionIdleSeconds, absolute < idle,
            let node = reader.value("session_absolute_seconds")
        {
            reader.problems.report(
                node, "is \(absolute), less than the \(idle) of session_idle_seconds: a session would never get there")
        }
        if refreshTokenExpireSeconds < accessTokenExpireSeconds {
            let key =
                reader.has("refresh_token_expire_seconds")
                ? "refresh_token_expire_seconds" : "access_token_expire_seconds"
            if let node = reader.value(key) {
                reader.problems.warn(
                    node, "makes the refresh token expire before the access token, so that nothing is ever refreshed")
            }
        }
    }

    private mutating func readBinding(_ reader: MappingReader, _ context: ReadingContext) {
        reader.word("address", into: &addressBinding)
        reader.word("user_agent", into: &userAgentBinding)
        reader.word("user_agent_form", into: &userAgentForm)
        if let prefix = reader.section("address_prefix", context) {
            prefix.integer("v4", in: 1...32, into: &addressPrefixV4)
            prefix.integer("v6", in: 1...128, into: &addressPrefixV6)
            prefix.finish()
        }
        reader.finish()
    }
}

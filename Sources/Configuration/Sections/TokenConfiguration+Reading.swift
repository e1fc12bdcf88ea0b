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
        reader.integer("leeway_seconds", in: 0...300, into: &leewaySeconds)
        if let binding = reader.section("binding", context) { readBinding(binding, context) }
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
        if let prefix = reader.section("address_prefix", context) {
            prefix.integer("v4", in: 1...32, into: &addressPrefixV4)
            prefix.integer("v6", in: 1...128, into: &addressPrefixV6)
            prefix.finish()
        }
        reader.finish()
    }
}

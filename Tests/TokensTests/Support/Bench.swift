import Tokens

/// A manager over a memory store with a clock that the test moves, and who calls it.
struct Bench: Sendable {
    static let secret = [UInt8]("a secret of thirty-two bytes 0123".utf8)
    static let client = ClientIdentity(address: "192.0.2.7", userAgent: "Test/1.0")

    let clock = ManualClock()
    let store = MemoryTokenStore()
    let manager: JWTManager

    init(
        _ settings: TokenSettings = TokenSettings(issuer: "https://gate.example", audience: "shop"),
        keys: [TokenKey] = []
    ) throws {
        let keys = try Self.keys(keys)
        manager = JWTManager(keys: keys, store: store, settings: settings, clock: clock.wallClock)
    }

    private static func keys(_ keys: [TokenKey]) throws -> TokenKeys {
        if !keys.isEmpty { return try TokenKeys(keys) }
        return try TokenKeys(try TokenKey(secret: secret))
    }

    /// The same store and clock under other settings or keys.
    func manager(_ settings: TokenSettings, keys: TokenKeys? = nil) -> JWTManager {
        JWTManager(keys: keys ?? manager.keys, store: store, settings: settings, clock: clock.wallClock)
    }

    func session(_ claims: JSONObject = ["roles": ["admin", "editor"]]) async throws -> IssuedTokens {
        try await manager.issueSession(subject: "alice", claims: claims, client: Self.client)
    }

    /// What the token's payload says, signed again with the bench's key after `change`.
    static func resigned(
        _ token: String, header: JSONObject = ["alg": "HS256", "typ": "JWT"], secret: [UInt8] = secret,
        _ change: (inout JSONObject) -> Void
    ) throws -> String {
        var payload = try UnverifiedToken(token).claims
        change(&payload)
        return try signed(JSONWriter.text(.object(payload)), header: JSONWriter.text(.object(header)), secret: secret)
    }

    /// Any header and payload under a secret, by HS256.
    static func signed(_ payload: String, header: String = #"{"alg":"HS256"}"#, secret: [UInt8] = secret) throws
        -> String
    {
        let message =
            Base64URL.encode(Array(header.utf8).span) + "." + Base64URL.encode(Array(payload.utf8).span)
        let code = try hmac(message, secret: secret)
        return message + "." + Base64URL.encode(code.span)
    }
}

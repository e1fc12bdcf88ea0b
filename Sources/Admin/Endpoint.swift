/// The endpoints below `/.sallyport/`; the raw value is the rest of the path.
enum Endpoint: String, CaseIterable {
    /// Who the caller is.
    case session
    /// New tokens for a refresh token.
    case refresh
    /// Ends the caller's session.
    case logout
    /// Ends all sessions of the user.
    case logoutEverywhere = "logout-everywhere"
    /// A token for a WebSocket.
    case websocketToken = "websocket-token"
    /// The public keys of our tokens.
    case keySet = "jwks.json"
    /// Whether the process is alive.
    case health
    /// Whether it can serve.
    case ready = "health/ready"

    /// Whether it changes something, and is reached by POST only; the others are read by GET.
    var isUnsafe: Bool {
        switch self {
        case .refresh, .logout, .logoutEverywhere, .websocketToken: true
        case .session, .keySet, .health, .ready: false
        }
    }

    /// Whether the caller's credentials are verified (and refreshed) before it answers.
    var needsIdentity: Bool {
        switch self {
        case .session, .websocketToken, .logoutEverywhere: true
        case .refresh, .logout, .keySet, .health, .ready: false
        }
    }

    /// The Allow field's value (RFC 9110 §10.2.1).
    var allowedMethods: String { isUnsafe ? "POST" : "GET, HEAD" }

    /// Whether it answers to a method, which is case-sensitive (RFC 9110 §9.1).
    func allows(_ method: String) -> Bool { isUnsafe ? method == "POST" : method == "GET" || method == "HEAD" }
}

/// Who is calling, as the gate's identity headers say. Nobody else can set them, so nothing is checked again.
struct DemoIdentity: Sendable, Equatable {
    /// The identity headers that the demo configuration maps, with the claims they carry.
    static let headers: [(name: String, claim: String)] = [
        ("X-User-Id", "sub"), ("X-User-Name", "name"), ("X-User-Roles", "roles"), ("X-Session-Id", "sid"),
        ("X-Token-Id", "jti"), ("X-Token-Generation", "gen"),
    ]

    /// `sub`.
    var user: String
    /// `name`; the user's id where the session has none.
    var name: String
    /// `roles`.
    var roles: [String]
    /// `sid`.
    var session: String
    /// `gen`: how many times the session's tokens were replaced.
    var generation: String

    /// Reads the headers; nil when there is no user.
    init?(_ request: DemoRequest) {
        guard let user = request.single("x-user-id"), !user.isEmpty else { return nil }
        self.user = user
        name = request.single("x-user-name") ?? user
        roles = (request.single("x-user-roles") ?? "").split(separator: ",").map(String.init)
        session = request.single("x-session-id") ?? ""
        generation = request.single("x-token-generation") ?? ""
    }

    /// Whether a header is one that the gate sets for the application.
    static func isIdentity(_ field: DemoField) -> Bool {
        headers.contains { field.isNamed($0.name.lowercased()) }
    }
}

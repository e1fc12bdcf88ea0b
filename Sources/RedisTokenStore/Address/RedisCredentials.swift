/// Who we are to a server.
struct RedisCredentials: Sendable, Equatable {
    var user: String?
    var password: String?

    /// The command that signs in; nil where that is not asked for.
    var command: [String]? {
        // A user without a password has to be named all the same.
        guard user != nil || password != nil else { return nil }
        return ["AUTH"] + (user.map { [$0] } ?? []) + [password ?? ""]
    }
}

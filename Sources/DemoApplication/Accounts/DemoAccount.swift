/// One of the users that the demo application knows. Their passwords are printed on the login page.
public struct DemoAccount: Sendable, Equatable {
    /// What the user types, and the `sub` of the session.
    public var username: String
    /// What the user types.
    public var password: String
    /// What the page calls the user.
    public var name: String
    /// The `roles` claim.
    public var roles: [String]

    /// All users.
    public static let all = [
        DemoAccount(username: "alice", password: "wonderland", name: "Alice Liddell", roles: ["admin", "reader"]),
        DemoAccount(username: "bob", password: "builder", name: "Bob Builder", roles: ["reader"]),
    ]

    /// The account of that name.
    public static func named(_ username: String) -> DemoAccount? {
        all.first { $0.username == username }
    }
}

/// A single token, as it goes to the client.
public struct IssuedToken: Sendable {
    /// The compact form.
    public let text: String
    /// The token as its verification would give it.
    public let verified: VerifiedToken
}

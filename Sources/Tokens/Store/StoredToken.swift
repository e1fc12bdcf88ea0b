/// A token as a store keeps it: its name and when it may be forgotten. Never its bytes.
public struct StoredToken: Sendable, Equatable {
    /// The token's name.
    public var reference: TokenReference
    /// The token's `exp`, in seconds since the epoch; the store forgets the token then.
    public var expiresAt: Int64

    /// Describes a stored token.
    public init(reference: TokenReference, expiresAt: Int64) {
        self.reference = reference
        self.expiresAt = expiresAt
    }
}

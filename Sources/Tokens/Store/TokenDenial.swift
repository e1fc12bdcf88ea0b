/// An entry of the deny-list: tokens of a foreign issuer that are good no more. What is not on the list is not denied, which
/// is the opposite of what holds for our own tokens: nobody could list what others issue.
public struct TokenDenial: Sendable, Equatable {
    /// What it is about.
    public var key: DenialKey
    /// Tokens whose `iat` is not after this are denied, in seconds since the epoch; a token without `iat` always is.
    public var issuedUntil: Int64
    /// When the entry may be forgotten, in seconds since the epoch: when no such token can be alive any more.
    public var expiresAt: Int64

    /// The date after any: each token is denied, whenever it was issued.
    public static let always = NumericDate.latest

    /// Describes an entry.
    public init(key: DenialKey, issuedUntil: Int64 = always, expiresAt: Int64) {
        self.key = key
        self.issuedUntil = issuedUntil
        self.expiresAt = expiresAt
    }
}

/// What a store says of a foreign token.
public struct DenialVerdict: Sendable, Equatable {
    /// Whether an entry of the deny-list is about the token.
    public var isDenied: Bool
    /// Whether the store announces each later change, so that the verdict may be kept until then.
    public var isWatched: Bool

    /// A verdict.
    public init(isDenied: Bool, isWatched: Bool) {
        self.isDenied = isDenied
        self.isWatched = isWatched
    }
}

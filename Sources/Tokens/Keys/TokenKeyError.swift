/// Why a key is not taken. The sentence is for whoever set the key up, and never holds any of it.
public struct TokenKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The secret is missing or empty.
        case empty
        /// The secret is shorter than the digest (RFC 7518 §3.2), or the RSA modulus than 2048 bits (§3.3).
        case tooShort
        /// Not a key in the form that it claims to have.
        case malformed
        /// A key of a kind, curve, `use`, `key_ops` or `alg` that cannot sign or verify tokens here.
        case unsuitable
        /// Two keys that a token could not tell apart.
        case ambiguous
        /// No key is left that could be used.
        case none
    }

    /// What is wrong.
    public var kind: Kind
    /// The sentence.
    public var reason: String

    /// A refusal.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    public var description: String { reason }
}

/// A store that could not answer. It says nothing about any token: the caller answers 503, never 401.
public struct TokenStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kept the store from answering.
    public enum Kind: Sendable, Equatable {
        /// No connection, or it broke.
        case unreachable
        /// No answer within the deadline.
        case timedOut
        /// The store takes no writes: a replica, a full disk, a read-only file, out of memory.
        case readOnly
        /// Wrong password, or a right is missing.
        case notPermitted
        /// The store answered something that we cannot read.
        case corrupt
        /// The store was closed by us.
        case closed
    }

    /// The kind.
    public var kind: Kind
    /// What happened, for the log: a sentence without tokens, keys or passwords.
    public var reason: String

    /// A failure.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    public var description: String { "the token store could not answer (\(kind)): \(reason)" }
}

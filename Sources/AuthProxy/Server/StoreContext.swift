public import EventIO
public import Logging
public import Tokens

/// For which loop a store is opened.
public struct StoreContext: Sendable {
    /// The loop whose tasks will call the store.
    public let loop: EventLoop
    /// The loop's number, from 0.
    public let number: Int
    /// The store of the first loop, for kinds of store that all loops share; nil for the first loop itself.
    public let first: (any TokenStore)?
    /// For sentences to the operator.
    public let logger: Logger
}

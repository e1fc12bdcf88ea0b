/// What an attempt to read from a stream came to.
public enum ReceiveResult: Sendable, Equatable {
    /// So many bytes were read, at least one.
    case bytes(Int)
    /// Nothing is there now.
    case wouldBlock
    /// The peer sends no more.
    case end
    /// The connection is broken, with this `errno`.
    case failed(CInt)
}

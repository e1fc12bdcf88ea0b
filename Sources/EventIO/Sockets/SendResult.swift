/// What an attempt to write to a stream came to.
public enum SendResult: Sendable, Equatable {
    /// So many bytes were taken; fewer than offered (perhaps none) when the peer reads too slowly.
    case bytes(Int)
    /// The connection is broken, with this `errno`.
    case failed(CInt)
}

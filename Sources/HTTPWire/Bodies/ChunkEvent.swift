/// What a ``ChunkedDecoder`` found next.
public enum ChunkEvent: Sendable, Equatable {
    /// Body bytes, as a range of the buffer; go on from its end.
    case data(ByteRange)
    /// The buffer is used up: everything before this offset was taken, which is the buffer's end.
    case needMore(consumed: Int)
    /// The body is over, trailers and all; the next message begins at this offset. See ``ChunkedDecoder/trailers``.
    case end(consumed: Int)
}

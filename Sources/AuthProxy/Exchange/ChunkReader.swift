internal import HTTPWire

/// The decoder of one chunked body, in a box of its own: it is large, and few exchanges have one.
final class ChunkReader {
    var decoder: ChunkedDecoder

    init(_ decoder: ChunkedDecoder) { self.decoder = decoder }
}

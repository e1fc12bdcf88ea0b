/// Which of the streams that a client opened last it has ended itself, told by its own frames: DATA or HEADERS on one of
/// those are a breach, on one that only we have ended or reset they were on their way (RFC 9113 §5.1). It has a fixed size;
/// about a stream that is long gone nothing is known, and nothing is held against it.
struct StreamFates {
    private static let count = 128
    private var slots: [(stream: UInt32, isEnded: Bool)] = Array(repeating: (0, false), count: count)
    /// The highest stream that was opened.
    private var last: UInt32 = 0

    private static func slot(_ stream: UInt32) -> Int { Int(stream >> 1) & (count - 1) }

    /// Follows a HEADERS frame of the client.
    ///
    /// - Returns: why it is a breach; nil if it is none, or nghttp2 sees it too.
    mutating func headers(on stream: UInt32, endsStream: Bool) -> HTTP2ErrorCode? {
        guard stream & 1 == 1 else { return nil }
        if stream > last {
            last = stream
            slots[Self.slot(stream)] = (stream, endsStream)
            return nil
        }
        let slot = slots[Self.slot(stream)]
        // A stream below the last one that was never opened cannot be any more (§5.1.1).
        if slot.stream < stream { return .protocolError }
        return content(on: stream, endsStream: endsStream)
    }

    /// Follows a DATA frame of the client, as ``headers(on:endsStream:)`` does.
    mutating func content(on stream: UInt32, endsStream: Bool) -> HTTP2ErrorCode? {
        let index = Self.slot(stream)
        guard slots[index].stream == stream, stream > 0 else { return nil }
        if slots[index].isEnded { return .streamClosed }
        slots[index].isEnded = endsStream
        return nil
    }

    /// The client has reset a stream.
    mutating func reset(_ stream: UInt32) {
        let index = Self.slot(stream)
        if slots[index].stream == stream, stream > 0 { slots[index].isEnded = true }
    }
}

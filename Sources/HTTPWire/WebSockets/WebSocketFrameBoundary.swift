/// Where the frames of one direction begin (RFC 6455 §5.2), by their headers alone: between two frames, and nowhere else,
/// somebody in the middle may put a frame of its own. Payloads are skipped, not looked at. A state machine without I/O.
public struct WebSocketFrameBoundary: Sendable {
    /// Bytes that are still to come of the payload, and of its mask.
    private var rest: UInt64 = 0
    /// The bytes of a header that came in pieces, the first one highest.
    private var header: UInt128 = 0
    private var headerCount = 0
    /// Whether a close frame has begun: behind it nothing may follow (§5.5.1).
    public private(set) var hasClosed = false

    /// The beginning of a direction.
    public init() {}

    /// Whether the bytes so far end with a frame.
    @inlinable
    public var isBetweenFrames: Bool { isWhole }

    @usableFromInline
    var isWhole: Bool { rest == 0 && headerCount == 0 }

    /// Follows bytes.
    public mutating func advance(_ bytes: RawSpan) { _ = follow(bytes, stopsAtBoundary: false) }

    /// Follows bytes up to the end of the frame that has begun before them.
    ///
    /// - Returns: how many bytes belong to that frame; nil if it goes on behind them.
    public mutating func finishFrame(_ bytes: RawSpan) -> Int? {
        isWhole ? 0 : follow(bytes, stopsAtBoundary: true)
    }

    private mutating func follow(_ bytes: RawSpan, stopsAtBoundary: Bool) -> Int? {
        let end = bytes.byteCount
        var offset = 0
        while true {
            if rest > 0 {
                let available = UInt64(end &- offset)
                if available < rest {
                    rest &-= available
                    return nil
                }
                offset &+= Int(rest)
                rest = 0
                if stopsAtBoundary { return offset }
            }
            if offset == end { return nil }
            if headerCount == 0, end &- offset >= 10 {
                // The longest header without its mask is there.
                let length = bytes.byte(offset &+ 1) & 0x7f
                let extra = length < 126 ? 0 : length == 126 ? 2 : 8
                begin(
                    first: bytes.byte(offset), second: bytes.byte(offset &+ 1),
                    extended: extra == 0 ? 0 : UInt64(bigEndian: bytes.word64(offset &+ 2)) >> UInt64(64 &- 8 &* extra))
                offset &+= 2 &+ extra
            } else {
                takeHeaderByte(bytes.byte(offset))
                offset &+= 1
            }
            if stopsAtBoundary, isWhole { return offset }
        }
    }

    private mutating func takeHeaderByte(_ byte: UInt8) {
        header = header << 8 | UInt128(byte)
        headerCount &+= 1
        guard headerCount >= 2 else { return }
        // The second byte says how many bytes of length follow it.
        let second = UInt8(truncatingIfNeeded: header >> UInt128(8 &* (headerCount &- 2)))
        let extra = second & 0x7f < 126 ? 0 : second & 0x7f == 126 ? 2 : 8
        guard headerCount == 2 &+ extra else { return }
        let first = UInt8(truncatingIfNeeded: header >> UInt128(8 &* (headerCount &- 1)))
        let extended = extra == 0 ? 0 : UInt64(truncatingIfNeeded: header) & (extra == 8 ? .max : 0xffff)
        header = 0
        headerCount = 0
        begin(first: first, second: second, extended: extended)
    }

    /// - Parameter extended: the length behind the second byte, where that has one.
    private mutating func begin(first: UInt8, second: UInt8, extended: UInt64) {
        let length = second & 0x7f
        // The highest bit of a length is 0 (§5.2); whoever sets it has broken its stream anyway. Servers mask nothing.
        rest = (length < 126 ? UInt64(length) : extended & (.max >> 1)) &+ (second & 0x80 == 0 ? 0 : 4)
        if first & 0x0f == 8 { hasClosed = true }
    }
}

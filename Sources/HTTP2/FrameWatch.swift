internal import HTTPWire

/// Reads the headers of frames as they arrive, before anybody acts upon them, and counts those that make work and carry
/// nothing: a client that sends more of them than any client has to is cut. A state machine without I/O and without a
/// clock.
///
/// It bounds what the protocol leaves open: floods of SETTINGS, PING, PRIORITY, WINDOW_UPDATE, empty and unknown frames,
/// CONTINUATION without end (CVE-2024-27316), and streams that are opened to be reset at once, by the client
/// (CVE-2023-44487) or by us for its mistakes (CVE-2025-8671).
struct FrameWatch {
    private let limits: HTTP2Limits
    /// Bytes of the preface, or of a frame's payload, that are still to come.
    private var skip = 24
    /// The first bytes of a frame header that came in pieces, the first one highest.
    private var partial: UInt128 = 0
    private var partialCount = 0
    private var intervalStart: Int64 = .min
    private var controlFrames = 0
    private var windowUpdates = 0
    private var resets = 0
    private var continuations = 0
    private var fates = StreamFates()
    /// A breach that nghttp2 would pass over, at the frame that ``scan(_:now:)`` has told of.
    private(set) var breach: HTTP2ErrorCode?
    /// Whether any frame has come.
    private var hasFrames = false
    /// Whether the frame that is read is a part of a header list, and whether that goes on behind it.
    private var isHeadFrame = false
    private var isInList = false

    /// WINDOW_UPDATE frames that a DATA frame of ours excuses: two for it, and room for clients that open theirs in steps.
    private static let updatesPerDataFrame = 8
    /// CONTINUATION frames behind one HEADERS frame.
    static let continuationLimit = 8

    init(_ limits: HTTP2Limits) { self.limits = limits }

    /// Looks at bytes that arrived.
    ///
    /// - Returns: the offset behind the header of a frame that is a ``breach`` or one too many; nil if all may be acted upon.
    mutating func scan(_ bytes: RawSpan, now: Int64) -> Int? {
        if intervalStart == .min || now - intervalStart >= limits.intervalMilliseconds {
            intervalStart = now
            controlFrames = 0
            windowUpdates = 0
            resets = 0
        }
        var offset = 0
        while offset < bytes.byteCount {
            if skip > 0 {
                let passed = min(skip, bytes.byteCount - offset)
                skip -= passed
                offset += passed
                continue
            }
            partial = partial << 8 | UInt128(bytes.byteAt(offset))
            partialCount += 1
            offset += 1
            guard partialCount == 9 else { continue }
            let header = partial
            partial = 0
            partialCount = 0
            skip = Int(truncatingIfNeeded: header >> 48)
            if !mayPass(
                type: UInt8(truncatingIfNeeded: header >> 40), flags: UInt8(truncatingIfNeeded: header >> 32),
                stream: UInt32(truncatingIfNeeded: header) & 0x7fff_ffff, length: skip)
            {
                return offset
            }
        }
        return nil
    }

    private mutating func mayPass(type: UInt8, flags: UInt8, stream: UInt32, length: Int) -> Bool {
        hasFrames = true
        isHeadFrame = type == FrameType.headers || type == FrameType.continuation
        if isHeadFrame { isInList = flags & FrameType.endHeaders == 0 }
        if type != FrameType.continuation { continuations = 0 }
        switch type {
        case FrameType.data:
            breach = fates.content(on: stream, endsStream: flags & FrameType.endStream != 0)
            // Only padding, or nothing at all; 256 bytes is what padding comes to at most.
            let isPadded = flags & FrameType.padded != 0
            if length == 0 && flags & FrameType.endStream == 0 || isPadded && length <= 256 { controlFrames += 1 }
        case FrameType.headers:
            breach = fates.headers(on: stream, endsStream: flags & FrameType.endStream != 0)
        case FrameType.resetStream:
            resets += 1
            fates.reset(stream)
        case FrameType.windowUpdate: windowUpdates += 1
        case FrameType.continuation:
            continuations += 1
            if length == 0 { controlFrames += 1 }
        default: controlFrames += 1
        }
        return breach == nil && !isOverLimit
    }

    /// Whether the preface or a header list has begun and not come to its end.
    var isReadingHead: Bool { !hasFrames || isInList || isHeadFrame && skip > 0 }

    /// We have sent a DATA frame, which the client answers with updates of its window.
    mutating func noteDataSent() { windowUpdates -= Self.updatesPerDataFrame }

    /// We have reset a stream for a mistake of the client.
    mutating func noteReset() { resets += 1 }

    /// Whether the client has gone too far.
    var isOverLimit: Bool {
        controlFrames > limits.controlFrames || windowUpdates > limits.controlFrames || resets > limits.resets
            || continuations > Self.continuationLimit
    }
}

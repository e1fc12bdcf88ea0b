/// Decodes a chunked body as it arrives (RFC 9112 §7.1): a state machine without I/O that keeps no body bytes.
///
/// Strict: sizes are 1 to 16 hexadecimal digits below 2^56, lines end in CRLF, extensions are checked, bounded and
/// dropped (a new encoder writes fresh chunk headers), trailer fields obey the rules of fields. Whoever forwards
/// trailers asks ``TrailerRules`` first.
public struct ChunkedDecoder: Sendable {
    private enum State: UInt8 {
        case size, spaceBeforeExtension, beforeName, name, spaceAfterName, beforeValue, value, quoted, escape
        case afterQuoted, sizeLineFeed, data, dataReturn, dataLineFeed, trailerLine, finished
    }

    private var state = State.size
    /// Digits of the size so far; 0 at the beginning of a chunk.
    private var digits = 0
    /// The size while it is read, then what is left of the chunk.
    private var remaining: UInt64 = 0
    /// Bytes of chunk headers beyond what the data they carry excuses.
    private var overhead: UInt64 = 0
    /// Bytes of this chunk's header so far.
    private var headerBytes = 0
    private let message: HTTPParseError.Message
    private let limits: HeadLimits

    /// Body bytes so far.
    public private(set) var bodyLength: Int64 = 0
    /// The trailer section's bytes; the ranges of ``trailers`` refer to them. Empty without trailers.
    public private(set) var trailerBytes: [UInt8] = []
    /// The trailer fields after ``ChunkEvent/end(consumed:)``.
    public private(set) var trailers: [FieldLine] = []

    /// Header bytes of one chunk, extensions included.
    static let chunkHeaderLimit = 1024
    /// Excess of all chunk headers of a body over 16 bytes each and twice the data: tiny chunks with long extensions
    /// make a server read much for little.
    static let overheadLimit: UInt64 = 16 * 1024
    /// The largest chunk: more than any disk holds, and far from every overflow.
    static let sizeLimit: UInt64 = 1 << 56

    /// A decoder for one body.
    public init(in message: HTTPParseError.Message = .request, limits: HeadLimits = HeadLimits()) {
        self.message = message
        self.limits = limits
    }

    /// Whether the body is over.
    public var isFinished: Bool { state == .finished }

    /// Decodes from `offset` on, up to the next event.
    ///
    /// - Throws: the flaw; nothing after it can be trusted, the connection ends.
    public mutating func next(_ bytes: RawSpan, from offset: Int) throws(HTTPParseError) -> ChunkEvent {
        var position = offset
        let end = bytes.byteCount
        while position < end {
            switch state {
            case .data:
                let available = UInt64(end - position)
                let taken = Int(truncatingIfNeeded: min(remaining, available))
                remaining -= UInt64(taken)
                if remaining == 0 { state = .dataReturn }
                return .data(ByteRange(position, position + taken))
            case .dataReturn:
                guard bytes.byte(position) == ASCII.carriageReturn else { throw error(.invalidChunkEnd, position) }
                state = .dataLineFeed
                position += 1
            case .dataLineFeed:
                guard bytes.byte(position) == ASCII.lineFeed else { throw error(.invalidChunkEnd, position) }
                beginChunk()
                position += 1
            case .trailerLine:
                position = try trailerLine(bytes, position, end)
            case .finished:
                return .end(consumed: position)
            default:
                try header(bytes.byte(position), position)
                position += 1
            }
        }
        return state == .finished ? .end(consumed: position) : .needMore(consumed: position)
    }

    /// As ``next(_:from:)-(RawSpan,_)``. The pointer has to be good during the call only.
    public mutating func next(_ bytes: UnsafeRawBufferPointer, from offset: Int) throws(HTTPParseError) -> ChunkEvent {
        // The caller holds the memory during the call, and the span does not outlive it.
        try unsafe next(RawSpan(_unsafeBytes: bytes), from: offset)
    }

    private func error(_ kind: HTTPParseError.Kind, _ offset: Int) -> HTTPParseError {
        HTTPParseError(kind, in: message, at: offset)
    }

    private mutating func beginChunk() {
        state = .size
        digits = 0
        remaining = 0
        headerBytes = 0
    }

    /// One byte of `chunk-size [ chunk-ext ] CRLF`.
    @inline(__always)
    private mutating func header(_ byte: UInt8, _ position: Int) throws(HTTPParseError) {
        headerBytes += 1
        guard headerBytes <= Self.chunkHeaderLimit else { throw error(.chunkExtensionsTooLarge, position) }
        if state == .size, let digit = ASCII.hexValue(byte) {
            digits += 1
            guard digits <= 16 else { throw error(.invalidChunkSize, position) }
            // Sixteen digits fit 64 bits, so nothing is shifted out.
            remaining = remaining << 4 | UInt64(digit)
        } else if state == .sizeLineFeed {
            guard byte == ASCII.lineFeed else { throw error(.bareCarriageReturn, position) }
            try headerEnded(position)
        } else {
            try delimiter(byte, position)
        }
    }

    /// The header's CRLF has come.
    private mutating func headerEnded(_ position: Int) throws(HTTPParseError) {
        guard remaining < Self.sizeLimit else { throw error(.invalidChunkSize, position) }
        overhead += UInt64(headerBytes)
        let excused = 16 + 2 * remaining
        overhead = overhead > excused ? overhead - excused : 0
        guard overhead <= Self.overheadLimit else { throw error(.chunkExtensionsTooLarge, position) }
        let (length, overflow) = bodyLength.addingReportingOverflow(Int64(truncatingIfNeeded: remaining))
        guard !overflow else { throw error(.bodyTooLarge, position) }
        bodyLength = length
        state = remaining == 0 ? .trailerLine : .data
    }

    /// A byte that is no digit of the size: `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) CRLF`.
    private mutating func delimiter(_ byte: UInt8, _ position: Int) throws(HTTPParseError) {
        switch state {
        case .quoted:
            if byte == ASCII.quote {
                state = .afterQuoted
            } else if byte == ASCII.backslash {
                state = .escape
            } else if byte == 0x7f || (byte < 0x20 && byte != ASCII.tab) {
                throw error(.invalidChunkExtension, position)
            }
            return
        case .escape:
            guard byte >= 0x20 || byte == ASCII.tab, byte != 0x7f else { throw error(.invalidChunkExtension, position) }
            state = .quoted
            return
        default: break
        }
        switch byte {
        case ASCII.carriageReturn where mayEndHeader: state = .sizeLineFeed
        case ASCII.semicolon where mayEndHeader || state == .spaceBeforeExtension || state == .spaceAfterName:
            state = .beforeName
        case ASCII.space, ASCII.tab:
            switch state {
            case .size where digits > 0, .afterQuoted, .value: state = .spaceBeforeExtension
            case .name: state = .spaceAfterName
            case .spaceBeforeExtension, .beforeName, .spaceAfterName, .beforeValue: break
            default: throw error(.invalidChunkSize, position)
            }
        case ASCII.equals where state == .name || state == .spaceAfterName: state = .beforeValue
        case ASCII.quote where state == .beforeValue: state = .quoted
        case _ where ByteClass.is(byte, ByteClass.token):
            switch state {
            case .beforeName, .name: state = .name
            case .beforeValue, .value: state = .value
            default: throw error(state == .size ? .invalidChunkSize : .invalidChunkExtension, position)
            }
        case ASCII.lineFeed: throw error(.bareLineFeed, position)
        default: throw error(state == .size ? .invalidChunkSize : .invalidChunkExtension, position)
        }
    }

    /// Whether size and extensions so far are whole.
    private var mayEndHeader: Bool {
        switch state {
        case .size: digits > 0
        case .name, .value, .afterQuoted: true
        default: false
        }
    }

    /// Takes bytes up to the end of a trailer line; at the empty line the section is parsed.
    private mutating func trailerLine(_ bytes: RawSpan, _ start: Int, _ end: Int) throws(HTTPParseError) -> Int {
        let lineFeed = bytes.firstOffset(of: ASCII.lineFeed, from: start, to: end)
        let stop = lineFeed.map { $0 + 1 } ?? end
        guard trailerBytes.count + (stop - start) <= limits.headBytes else { throw error(.headTooLarge, start) }
        for offset in start..<stop { trailerBytes.append(bytes.byte(offset)) }
        guard lineFeed != nil else { return stop }
        // The section so far ends in LF. It is complete if its last line is empty; otherwise its lines are checked
        // now, so that a flaw is told as soon as it is there.
        if let lines = try Self.trailerSection(trailerBytes, limits, message, at: start) {
            state = .finished
            trailers = lines
            if lines.isEmpty { trailerBytes.removeAll() }
        }
        return stop
    }

    /// The fields of a trailer section, or nil while its empty line has not come.
    private static func trailerSection(
        _ section: [UInt8], _ limits: HeadLimits, _ message: HTTPParseError.Message, at offset: Int
    ) throws(HTTPParseError) -> [FieldLine]? {
        var table = FieldTable()
        let rules: FieldSection.Rules = message == .request ? .request : .response
        do throws(HTTPParseError) {
            // A span of UInt8 has no padding.
            let end = try unsafe FieldSection.parse(
                section.span.bytes, from: 0, origin: 0, limits: limits, rules: rules, into: &table)
            return end == nil ? nil : table.lines
        } catch {
            // Offsets within the section mean nothing to the caller.
            throw HTTPParseError(error.kind, in: message, at: offset)
        }
    }
}

internal import HTTPWire

/// How much of a message's body is still to come. A state machine without I/O.
struct BodyReader {
    /// How the body's end is known.
    private(set) var framing = BodyFraming.none
    /// Bytes of a Content-Length that have not come yet.
    private(set) var remaining: Int64 = 0
    /// The decoder of a chunked body; few bodies need one.
    private(set) var chunks: ChunkReader?
    /// Body bytes so far.
    private(set) var count: Int64 = 0
    /// Whether the whole body has come.
    private(set) var isComplete = true

    /// Begins a body.
    mutating func begin(_ framing: BodyFraming, in message: HTTPParseError.Message, limits: HeadLimits) {
        self.framing = framing
        count = 0
        remaining = 0
        switch framing {
        case .none: isComplete = true
        case .length(let length):
            remaining = length
            isComplete = length == 0
        case .chunked:
            chunks = ChunkReader(ChunkedDecoder(in: message, limits: limits))
            isComplete = false
        case .untilClose: isComplete = false
        }
    }

    /// Takes as many of the bytes as belong to a body with a length; how many that are.
    mutating func take(_ available: Int) -> Int {
        let taken = Int(truncatingIfNeeded: min(remaining, Int64(available)))
        remaining -= Int64(taken)
        count += Int64(taken)
        if remaining == 0 { isComplete = true }
        return taken
    }

    /// Notes bytes of a body whose end is known otherwise.
    mutating func note(_ bytes: Int) { count += Int64(bytes) }

    /// The body's end has come.
    mutating func end() { isComplete = true }
}

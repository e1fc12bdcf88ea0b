import HTTPWire

/// A request's body while it comes.
struct DemoBody {
    /// What became of the bytes at hand.
    enum Progress: Sendable, Equatable {
        /// So many bytes were used, and there is more to come.
        case needMore(Int)
        /// So many bytes were used; ``DemoBody/bytes`` is whole.
        case whole(Int)
        case tooLarge
        case malformed
    }

    /// The body so far.
    private(set) var bytes: [UInt8] = []
    private let framing: BodyFraming
    private var decoder = ChunkedDecoder()

    /// The body of a request with that framing.
    init(_ framing: BodyFraming) {
        self.framing = framing
    }

    /// Takes what belongs to the body from the beginning of `input`.
    mutating func take(_ input: ArraySlice<UInt8>, limit: Int) -> Progress {
        switch framing {
        case .none, .untilClose: return .whole(0)
        case .length(let length):
            guard length <= Int64(limit) else { return .tooLarge }
            let part = input.prefix(Int(length) - bytes.count)
            bytes += part
            return bytes.count == Int(length) ? .whole(part.count) : .needMore(part.count)
        case .chunked: return takeChunks(input, limit)
        }
    }

    private mutating func takeChunks(_ input: ArraySlice<UInt8>, _ limit: Int) -> Progress {
        let copy = Array(input)
        // A span of UInt8 has no padding.
        let span = unsafe copy.span.bytes
        var offset = 0
        do throws(HTTPParseError) {
            while true {
                switch try decoder.next(span, from: offset) {
                case .data(let range):
                    guard bytes.count + range.count <= limit else { return .tooLarge }
                    bytes += copy[range.range]
                    offset = Int(range.end)
                case .needMore(let consumed): return .needMore(consumed)
                case .end(let consumed): return .whole(consumed)
                }
            }
        } catch {
            return .malformed
        }
    }
}

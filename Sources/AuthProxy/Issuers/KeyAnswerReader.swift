internal import HTTPWire

/// Reads one answer to a GET, in whatever pieces it comes. A state machine without I/O; what it holds is bounded.
struct KeyAnswerReader {
    /// The bytes that a body may have.
    static let bodyLimit = 256 * 1024
    private static let limits = HeadLimits(headBytes: 16 * 1024)
    /// How many interim answers may come first.
    private static let interimLimit = 8

    private var head: [UInt8] = []
    private var framing: BodyFraming?
    private var chunks = ChunkedDecoder(in: .response, limits: limits)
    private var body: [UInt8] = []
    private var maxAge: Int64?
    private var interims = 0

    /// Takes bytes; the answer when it is whole.
    mutating func take(_ bytes: [UInt8]) throws(KeyFetchError) -> KeyAnswer? {
        var rest = bytes
        if framing == nil {
            head += bytes
            guard let start = try readHead() else { return nil }
            rest = Array(head[start...])
            head = []
        }
        return try readBody(rest) ? KeyAnswer(body: body, maxAgeSeconds: maxAge) : nil
    }

    /// The connection has ended.
    mutating func end() throws(KeyFetchError) -> KeyAnswer {
        guard framing == .untilClose else { throw .cutOff }
        return KeyAnswer(body: body, maxAgeSeconds: maxAge)
    }

    /// Where the body begins, once the head is there.
    private mutating func readHead() throws(KeyFetchError) -> Int? {
        var parsed = ResponseHead()
        do throws(HTTPParseError) {
            while true {
                let progress = try ResponseHeadParser.parse(
                    head.span, requestMethod: .get, limits: Self.limits, into: &parsed)
                guard case .complete = progress else { return nil }
                guard parsed.isInterim else { break }
                interims += 1
                guard interims <= Self.interimLimit else { throw HTTPParseError(.invalidStatus, in: .response, at: 0) }
                head.removeFirst(parsed.headLength)
            }
        } catch {
            throw .malformed(error.sentence)
        }
        guard parsed.status == 200 else { throw .status(parsed.status) }
        guard parsed.count(of: .contentEncoding) == 0 else { throw .malformed("it has a content coding") }
        if case .length(let length) = parsed.framing, length > Int64(Self.bodyLimit) { throw .tooLarge }
        maxAge = Self.maxAge(parsed, head)
        framing = parsed.framing
        return parsed.headLength
    }

    /// Adds to the body; whether it is whole.
    private mutating func readBody(_ bytes: [UInt8]) throws(KeyFetchError) -> Bool {
        switch framing {
        case .none?, nil: return true
        case .length(let length)?:
            try append(bytes.prefix(Int(length) - body.count))
            return body.count == Int(length)
        case .untilClose?:
            try append(bytes[...])
            return false
        case .chunked?: return try readChunks(bytes)
        }
    }

    private mutating func readChunks(_ bytes: [UInt8]) throws(KeyFetchError) -> Bool {
        var offset = 0
        while true {
            let event: ChunkEvent
            do throws(HTTPParseError) {
                // A span of UInt8 has no padding: each of its bytes is initialised.
                event = try unsafe chunks.next(bytes.span.bytes, from: offset)
            } catch {
                throw .malformed(error.sentence)
            }
            switch event {
            case .data(let range):
                try append(bytes[range.range])
                offset = Int(range.end)
            case .needMore: return false
            case .end: return true
            }
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(KeyFetchError) {
        guard body.count + bytes.count <= Self.bodyLimit else { throw .tooLarge }
        body += bytes
    }

    private static func maxAge(_ head: borrowing ResponseHead, _ bytes: [UInt8]) -> Int64? {
        var found: Int64?
        for line in head.fields {
            let (name, value) = (Self.text(bytes, line.name), Self.text(bytes, line.value))
            guard name == "cache-control" else { continue }
            for directive in value.split(separator: ",") {
                let word = directive.drop { $0 == " " || $0 == "\t" }
                if word.hasPrefix("no-store") || word.hasPrefix("no-cache") { return 0 }
                guard word.hasPrefix("max-age=") else { continue }
                let digits = word.dropFirst(8).prefix { ("0"..."9").contains($0) }
                // What is too large for a number is longer than anybody keeps keys.
                found = min(found ?? .max, Int64(digits) ?? (digits.isEmpty ? 0 : .max))
            }
        }
        return found
    }

    private static func text(_ bytes: [UInt8], _ range: ByteRange) -> String {
        String(decoding: bytes[range.range], as: UTF8.self).lowercased()
    }
}

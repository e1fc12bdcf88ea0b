import HTTP2
import HTTPWire

/// Notes what a session tells, and answers with what a test has put there.
final class Recorder: HTTP2Events {
    var session: HTTP2Session!
    private(set) var events: [String] = []
    /// What is sent as body, and whether it is all.
    var body: [UInt8] = []
    var isComplete = true

    init(_ limits: HTTP2Limits = HTTP2Limits()) { session = HTTP2Session(limits, events: self) }

    /// Feeds bytes in pieces.
    func feed(_ bytes: [UInt8], pieces: Int = .max, now: Int64 = 0) {
        var start = 0
        while start < bytes.count {
            let end = min(start + min(pieces, bytes.count), bytes.count)
            // A span of UInt8 has no padding.
            unsafe session.receive(bytes.span.bytes.extracting(start..<end), now: now)
            start = end
        }
    }

    /// What is to be sent.
    func output() -> [UInt8] {
        let buffer = OutputBuffer()
        session.produce(into: buffer, limit: 1 << 20)
        return unsafe buffer.withUnsafeBytes { unsafe Array($0) }
    }

    /// Answers with a head in the form of HTTP/1.1.
    func respond(_ stream: Int32, _ text: String, hasBody: Bool) throws -> Bool {
        var head = ResponseHead()
        let bytes = Array(text.utf8)
        _ = try unsafe ResponseHeadParser.parse(
            bytes.span.bytes, requestMethod: .get, limits: HeadLimits(), into: &head)
        return unsafe session.respond(stream, head, in: bytes.span.bytes, status: head.status, hasBody: hasBody)
    }

    private func text(_ bytes: RawSpan) -> String { bytes.string(ByteRange(0, bytes.byteCount)) }

    func requestBegan(_ stream: Int32, head: RawSpan, endsStream: Bool) {
        events.append("began \(stream) \(text(head))")
    }
    func requestRefused(_ stream: Int32, _ flaw: HTTPParseError, isHead: Bool) {
        events.append("refused \(stream) \(flaw.kind)\(isHead ? " HEAD" : "")")
    }
    func bodyReceived(_ stream: Int32, _ bytes: RawSpan) { events.append("body \(stream) \(text(bytes))") }
    func requestEnded(_ stream: Int32, trailers: RawSpan) { events.append("ended \(stream) \(text(trailers))") }
    func streamClosed(_ stream: Int32, _ code: HTTP2ErrorCode) { events.append("closed \(stream) \(code.rawValue)") }
    func bodySupply(of stream: Int32, most: Int) -> HTTP2BodySupply {
        let count = min(most, body.count)
        if count == body.count, isComplete { return .last(count) }
        return count == 0 ? .none : .bytes(count)
    }
    func appendBody(of stream: Int32, count: Int, to output: OutputBuffer) {
        output.append(Array(body.prefix(count)))
        body.removeFirst(count)
    }
}

import HTTP2
import HTTPWire

/// Fuzzes what lies between HTTP/2 and HTTP/1.1: any bytes as a client's, every request that comes of them answered at once.
/// Beyond "no trap": what is told means the same however the bytes are cut, and a head that is told is either refused by
/// the strict parser or is one message whose every field came from the client.
@c(LLVMFuzzerTestOneInput)
public func fuzzHTTP2(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    let whole = Gate(), pieces = Gate()
    whole.feed(input, pieces: max(count, 1))
    pieces.feed(input, pieces: 5)
    precondition(whole.heads == pieces.heads || whole.isBroken || pieces.isBroken)
    return 0
}

/// A server that answers every request with two bytes.
private final class Gate: HTTP2Events {
    private var session: HTTP2Session!
    private(set) var heads: [[UInt8]] = []
    private var head = RequestHead()
    private var answer = ResponseHead()
    private let answerBytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Test: a\r\n\r\n".utf8)
    private var given: [Int32: Int] = [:]

    var isBroken: Bool { session.isBroken }

    init() {
        session = HTTP2Session(HTTP2Limits(headerListBytes: 4096, resets: 20, controlFrames: 50), events: self)
        // A copy of the reference, as a span may not outlive what it looks at, and a property of a class may change.
        let bytes = answerBytes
        do throws(HTTPParseError) {
            _ = try ResponseHeadParser.parse(
                bytes.span, requestMethod: .get, limits: HeadLimits(), into: &answer)
        } catch {
            preconditionFailure("the answer is good")
        }
    }

    /// The preface, and the input behind it.
    func feed(_ input: Span<UInt8>, pieces size: Int) {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".utf8)
        unsafe session.receive(preface.span.bytes, now: 0)
        var start = 0
        while start < input.count {
            let end = min(start + size, input.count)
            unsafe session.receive(input.extracting(start..<end).bytes, now: 0)
            start = end
        }
        let output = OutputBuffer()
        session.produce(into: output, limit: 1 << 20)
    }

    func requestBegan(_ stream: Int32, head bytes: RawSpan, endsStream: Bool) {
        look(at: bytes)
        given[stream] = 2
        let answerBytes = answerBytes
        _ = unsafe session.respond(stream, answer, in: answerBytes.span.bytes, status: 200, hasBody: true)
    }

    private func look(at bytes: RawSpan) {
        let told = (0..<bytes.byteCount).map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        heads.append(withoutKey(told))
        do throws(HTTPParseError) {
            guard case .complete = try RequestHeadParser.parse(bytes, limits: HeadLimits(), into: &head) else {
                // A head is whole, or it is refused.
                preconditionFailure("a head without its end")
            }
        } catch {
            return
        }
        // Nothing lies behind the empty line: no second message came of one header list.
        precondition(head.headLength == bytes.byteCount)
    }

    /// The key of a WebSocket's handshake is the one thing in a head that is ours, and random.
    private func withoutKey(_ head: [UInt8]) -> [UInt8] {
        let name = Array("sec-websocket-key: ".utf8)
        guard let start = head.indices.first(where: { head[$0...].starts(with: name) }) else { return head }
        return Array(head[..<start] + head[start...].drop { $0 != UInt8(ascii: "\r") })
    }

    func requestRefused(_ stream: Int32, _ flaw: HTTPParseError, isHead: Bool) { session.reset(stream, .protocolError) }
    func bodyReceived(_ stream: Int32, _ bytes: RawSpan) { session.consume(bytes.byteCount, of: stream) }
    func requestEnded(_ stream: Int32, trailers: RawSpan) {
        do throws(HTTPParseError) { _ = try TrailerSection.parse(trailers, limits: HeadLimits()) } catch {}
    }
    func streamClosed(_ stream: Int32, _ code: HTTP2ErrorCode) { given[stream] = nil }
    func bodySupply(of stream: Int32, most: Int) -> HTTP2BodySupply { .last(min(most, given[stream] ?? 0)) }
    func appendBody(of stream: Int32, count: Int, to output: OutputBuffer) {
        for _ in 0..<count { output.append(byte: 0x61) }
    }
}

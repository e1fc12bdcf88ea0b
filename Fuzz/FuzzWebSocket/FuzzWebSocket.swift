import HTTPWire

/// Fuzzes what is known of WebSockets: the handshake of a client, the answer to it, and where frames begin. The input is three parts
/// between zero bytes: the client's offers, the application's choice, and bytes of frames.
@c(LLVMFuzzerTestOneInput)
public func fuzzWebSocket(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
    checkHandshake(offers: parts[0], choice: parts.count > 1 ? parts[1] : [])
    checkFrames(parts.count > 2 ? parts[2] : input)
    return 0
}

private func checkHandshake(offers: [UInt8], choice: [UInt8]) {
    let opening = """
        GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol:\u{20}
        """
    let request = Array(opening.utf8) + offers + Array("\r\n\r\n".utf8)
    let bytes = unsafe request.span.bytes
    var head = RequestHead()
    let handshake: WebSocketHandshake
    do {
        guard try RequestHeadParser.parse(bytes, limits: HeadLimits(), into: &head) == .complete else { return }
        handshake = try WebSocketHandshake.parse(head, in: bytes)
    } catch {
        return
    }
    let output = OutputBuffer()
    precondition(handshake.appendOffers(of: head, in: bytes, to: output) == (handshake.offerCount > 0))
    // The token goes nowhere.
    precondition(!output.string.lowercased().split(separator: ", ").contains { $0.hasPrefix("bearer.") })
    checkAnswer(choice, to: handshake, head, bytes, offers: output.string)
}

private func checkAnswer(
    _ choice: [UInt8], to handshake: WebSocketHandshake, _ head: borrowing RequestHead, _ bytes: RawSpan,
    offers: String
) {
    let status = """
        HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n
        """
    let line = choice.isEmpty ? [] : Array("Sec-WebSocket-Protocol: ".utf8) + choice + Array("\r\n".utf8)
    let answer = Array(status.utf8) + line + Array("\r\n".utf8)
    let answerBytes = unsafe answer.span.bytes
    var response = ResponseHead()
    do {
        guard
            try ResponseHeadParser.parse(answerBytes, requestMethod: .get, limits: HeadLimits(), into: &response)
                == .complete
        else { return }
        let told = try WebSocketAnswer.parse(response, in: answerBytes, to: handshake, of: head, in: bytes)
        guard case .chosen(let range) = told else { return }
        let name = String(decoding: answer[Int(range.start)..<Int(range.end)], as: UTF8.self)
        precondition(offers.split(separator: ", ").contains(Substring(name)))
    } catch {
        return
    }
}

private func checkFrames(_ bytes: [UInt8]) {
    var whole = WebSocketFrameBoundary()
    var pieces = WebSocketFrameBoundary()
    unsafe whole.advance(bytes.span.bytes)
    for byte in bytes {
        let one = [byte]
        unsafe pieces.advance(one.span.bytes)
    }
    precondition(whole.isBetweenFrames == pieces.isBetweenFrames && whole.hasClosed == pieces.hasClosed)
    precondition(whole.isBetweenFrames == endsWithFrame(bytes))
}

/// The same by the plainest reading of RFC 6455 §5.2.
private func endsWithFrame(_ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
        guard offset + 2 <= bytes.count else { return false }
        var length = UInt64(bytes[offset + 1] & 0x7f)
        let extra = length == 126 ? 2 : length == 127 ? 8 : 0
        let mask = bytes[offset + 1] & 0x80 == 0 ? 0 : 4
        guard offset + 2 + extra <= bytes.count else { return false }
        if extra > 0 { length = bytes[(offset + 2)..<(offset + 2 + extra)].reduce(0) { $0 << 8 | UInt64($1) } }
        length &= .max >> 1
        let rest = UInt64(bytes.count - offset - 2 - extra)
        guard length + UInt64(mask) <= rest else { return false }
        offset += 2 + extra + mask + Int(length)
    }
    return true
}

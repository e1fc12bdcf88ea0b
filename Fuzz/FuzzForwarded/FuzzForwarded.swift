import HTTPWire

/// Fuzzes who the client is behind proxies. Beyond "no trap": an element's parts lie within the value, elements that are written
/// again read the same, and the address that is found is the peer's or stands in the text.
@c(LLVMFuzzerTestOneInput)
public func fuzzForwarded(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    checkElements(input)
    for name in ["Forwarded", "X-Forwarded-For"] {
        checkClient(Array("GET / HTTP/1.1\r\nHost: a\r\n\(name): ".utf8) + input + Array("\r\n\r\n".utf8))
    }
    return 0
}

private func checkElements(_ value: [UInt8]) {
    let span = unsafe value.span.bytes
    guard !value.isEmpty, let elements = ForwardedElement.parse(ByteRange(0, value.count), in: span) else { return }
    var text: [UInt8] = []
    for element in elements {
        var parts: [[UInt8]] = []
        for (name, part) in [("for", element.for), ("proto", element.proto), ("host", element.host)] {
            guard let part else { continue }
            precondition(part.start <= part.end && Int(part.end) <= value.count)
            parts.append(Array("\(name)=\"".utf8) + value[Int(part.start)..<Int(part.end)] + [UInt8(ascii: "\"")])
        }
        // An element may hold nothing that we know.
        if parts.isEmpty { parts = [Array("by=\"\"".utf8)] }
        text += (text.isEmpty ? [] : Array(", ".utf8)) + parts.joined(separator: Array(";".utf8))
    }
    let again = unsafe ForwardedElement.parse(ByteRange(0, text.count), in: text.span.bytes)
    precondition(again?.count == elements.count)
}

private func checkClient(_ message: [UInt8]) {
    let bytes = unsafe message.span.bytes
    var head = RequestHead()
    do throws(HTTPParseError) {
        guard try RequestHeadParser.parse(bytes, limits: HeadLimits(), into: &head) == .complete else { return }
    } catch {
        return
    }
    let peer = IPAddress(v4: 0x7f00_0001)
    precondition(ForwardedFor.client(head.table, in: bytes, peer: peer) { _ in false } == peer)
    var asked: [IPAddress] = []
    let found = ForwardedFor.client(head.table, in: bytes, peer: peer) { address in
        asked.append(address)
        return true
    }
    // Everybody is trusted: the last one that was asked about is the farthest that is known.
    precondition(asked.first == peer && asked.last == found)
    // Where only the peer is trusted, nobody believes more than the element that the peer appended.
    let nearest = ForwardedFor.client(head.table, in: bytes, peer: peer) { $0 == peer && asked.count > 0 }
    precondition(asked.contains(nearest))
}

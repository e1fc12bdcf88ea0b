import HTTPWire

/// Fuzzes the head parsers. Beyond "no trap": a head that was taken reads the same from its own bytes alone, no prefix
/// of it is complete, and the ranges lie within it.
@c(LLVMFuzzerTestOneInput)
public func fuzzHead(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe UnsafeRawBufferPointer(start: data, count: count)
    let limits = HeadLimits(headBytes: 2048, fields: 20, lineBytes: 512, targetBytes: 256)
    var head = RequestHead()
    do throws(HTTPParseError) {
        if try unsafe RequestHeadParser.parse(input, limits: limits, into: &head) == .complete {
            unsafe check(head, input, limits)
        }
    } catch {
        precondition(error.offset >= 0 && error.offset <= count)
    }
    var response = ResponseHead()
    do throws(HTTPParseError) {
        let progress = try unsafe ResponseHeadParser.parse(input, requestMethod: .get, limits: limits, into: &response)
        if progress == .complete { precondition(response.headLength <= count && response.status >= 100) }
    } catch {
        precondition(error.status == 502)
    }
    return 0
}

private func check(_ head: borrowing RequestHead, _ input: UnsafeRawBufferPointer, _ limits: HeadLimits) {
    precondition(head.headLength <= input.count)
    let bytes = unsafe RawSpan(_unsafeBytes: input)
    for field in head.fields {
        precondition(field.name.start < field.name.end && field.name.end < field.value.start + 1)
        precondition(field.value.start <= field.value.end && field.value.end < field.lineEnd)
        precondition(Int(field.lineEnd) < head.headLength)
        _ = head.isNominated(field, in: bytes)
    }
    var again = RequestHead()
    for length in [head.headLength, head.headLength - 1] {
        do throws(HTTPParseError) {
            let prefix = unsafe UnsafeRawBufferPointer(rebasing: input[..<length])
            let progress = try unsafe RequestHeadParser.parse(prefix, limits: limits, into: &again)
            precondition((progress == .complete) == (length == head.headLength))
            if progress == .complete { precondition(again.fields == head.fields && again.framing == head.framing) }
        } catch {
            // The whole was taken: its prefix may only fail by a limit that it reaches unfinished.
            precondition(length < head.headLength && error.status == 431)
        }
    }
    let output = OutputBuffer()
    _ = AcceptPreference.of(head, in: bytes)
    do throws(WebSocketRefusal) {
        let handshake = try WebSocketHandshake.parse(head, in: bytes)
        precondition(handshake.appendOffers(of: head, in: bytes, to: output) == (handshake.offerCount > 0))
    } catch {
        precondition(error.status == 400 || error.status == 426)
    }
    _ = ForwardedFor.client(head.table, in: bytes, peer: IPAddress(v4: 0x7f00_0001)) { _ in true }
    if let field = head.first(.authorization) { _ = BearerCredential.parse(field.value, in: bytes) }
    output.append(jsonString: head.target, of: bytes)
}

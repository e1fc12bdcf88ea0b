import HTTPWire

/// Fuzzes the head of an application's answer. Beyond "no trap": a head that was taken reads the same from its own bytes alone, no
/// prefix of it is complete, its ranges lie within it, and the method that is answered changes nothing but the framing.
@c(LLVMFuzzerTestOneInput)
public func fuzzResponseHead(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe UnsafeRawBufferPointer(start: data, count: count)
    let limits = HeadLimits(headBytes: 2048, fields: 20, lineBytes: 512, targetBytes: 256)
    var head = ResponseHead()
    do throws(HTTPParseError) {
        guard try unsafe ResponseHeadParser.parse(input, requestMethod: .get, limits: limits, into: &head) == .complete
        else { return 0 }
        unsafe check(head, input, limits)
    } catch {
        precondition(error.status == 502 && error.offset >= 0 && error.offset <= count)
    }
    return 0
}

private func check(_ head: borrowing ResponseHead, _ input: UnsafeRawBufferPointer, _ limits: HeadLimits) {
    precondition(head.headLength <= input.count && (100...599).contains(head.status))
    precondition(head.reason.start <= head.reason.end && Int(head.reason.end) < head.headLength)
    let bytes = unsafe RawSpan(_unsafeBytes: input)
    for field in head.fields {
        precondition(field.name.start < field.name.end && field.name.end < field.value.start + 1)
        precondition(field.value.start <= field.value.end && field.value.end < field.lineEnd)
        precondition(Int(field.lineEnd) < head.headLength)
        _ = head.isNominated(field, in: bytes)
    }
    precondition(!head.isInterim || head.framing == .none)
    precondition(head.framing != .untilClose || !head.keepsAlive)
    var again = ResponseHead()
    for length in [head.headLength, head.headLength - 1] {
        do throws(HTTPParseError) {
            let prefix = unsafe UnsafeRawBufferPointer(rebasing: input[..<length])
            let progress = try unsafe ResponseHeadParser.parse(
                prefix, requestMethod: .head, limits: limits, into: &again)
            precondition((progress == .complete) == (length == head.headLength))
            if progress == .complete {
                precondition(again.fields == head.fields && again.status == head.status && again.framing == .none)
            }
        } catch {
            // The whole was taken: its prefix may only reach a limit that counts what has not ended.
            precondition(length < head.headLength)
        }
    }
}

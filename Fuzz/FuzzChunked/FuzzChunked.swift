import HTTPWire

/// Fuzzes the chunked decoder: the first byte says how the rest is cut, and the outcome must not depend on it.
@c(LLVMFuzzerTestOneInput)
public func fuzzChunked(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    let step = Int(input[0] & 31) + 1
    let body = [UInt8](input[1...])
    let whole = decode(body, step: body.count)
    precondition(decode(body, step: step) == whole)
    return 0
}

private struct Decoded: Equatable {
    var body: [UInt8] = []
    var trailers = 0
    var end: Int?
    var refusal: HTTPParseError.Kind?
}

private func decode(_ bytes: [UInt8], step: Int) -> Decoded {
    var decoder = ChunkedDecoder(limits: HeadLimits(headBytes: 512, fields: 5, lineBytes: 128))
    var result = Decoded()
    var start = 0
    do throws(HTTPParseError) {
        while start < bytes.count, result.end == nil {
            let piece = [UInt8](bytes[start..<min(start + step, bytes.count)])
            try feed(piece, start, &decoder, &result)
            start += piece.count
        }
    } catch {
        result.refusal = error.kind
    }
    result.trailers = decoder.trailers.count
    return result
}

private func feed(_ piece: [UInt8], _ before: Int, _ decoder: inout ChunkedDecoder, _ result: inout Decoded)
    throws(HTTPParseError)
{
    var offset = 0
    // A span of UInt8 has no padding.
    let bytes = unsafe piece.span.bytes
    while true {
        switch try decoder.next(bytes, from: offset) {
        case .data(let range):
            precondition(Int(range.start) >= offset && range.count > 0)
            result.body += piece[range.range]
            offset = Int(range.end)
        case .needMore(let consumed):
            precondition(consumed == piece.count)
            return
        case .end(let consumed):
            result.end = before + consumed
            return
        }
    }
}

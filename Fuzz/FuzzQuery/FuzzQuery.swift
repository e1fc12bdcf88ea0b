import HTTPWire

/// Fuzzes the token in the query: once it has been taken out, nobody finds it any more, and nothing else is gone.
@c(LLVMFuzzerTestOneInput)
public func fuzzQuery(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    let parameter = QueryParameter("at")
    let (bytes, whole) = (unsafe input.span.bytes, ByteRange(0, input.count))
    let match = parameter.find(in: bytes, whole)
    let output = OutputBuffer()
    let isThere = parameter.appendOthers(of: bytes, whole, to: output)
    precondition(isThere == (match != .absent) && (isThere || output.isEmpty))
    if case .found(let value) = match { precondition(value.start <= value.end && Int(value.end) <= count) }
    guard isThere else { return 0 }
    // The buffer does not change while it is looked at.
    let rest = unsafe output.bytes
    precondition(parameter.find(in: rest, ByteRange(0, rest.byteCount)) == .absent)
    precondition(rest.byteCount < count)
    return 0
}

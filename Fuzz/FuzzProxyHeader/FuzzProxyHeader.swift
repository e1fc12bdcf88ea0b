import HTTPWire

/// Fuzzes the headers of the PROXY protocol: a complete one is within its limits and stays the same when more follows, and no
/// part of it is refused.
@c(LLVMFuzzerTestOneInput)
public func fuzzProxyHeader(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    guard case .complete(let header) = parse(input) else { return 0 }
    precondition(header.length > 0 && header.length <= min(count, ProxyHeader.longest))
    precondition(input[0] != UInt8(ascii: "P") || header.length <= 107)
    precondition(parse(Array(input[..<header.length])) == .complete(header))
    precondition(parse(input + [0x16, 0x03, 0x01]) == .complete(header))
    for length in 0..<header.length { precondition(parse(Array(input[..<length])) == .needMore) }
    return 0
}

private func parse(_ bytes: [UInt8]) -> ProxyHeader.Progress? {
    do throws(ProxyHeaderError) {
        // A span of UInt8 has no padding.
        return try unsafe ProxyHeader.parse(bytes.span.bytes)
    } catch {
        precondition(!bytes.isEmpty)
        return nil
    }
}

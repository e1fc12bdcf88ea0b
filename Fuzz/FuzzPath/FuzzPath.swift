import HTTPWire

/// Fuzzes the canonical form of targets: it is a fixed point, is recognised, and holds no dot segment, doubled slash or
/// ambiguous separator. Hosts and addresses ride along.
@c(LLVMFuzzerTestOneInput)
public func fuzzPath(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    // Spans of UInt8 have no padding.
    let bytes = unsafe input.span.bytes
    _ = IPAddress.parse(withPort: bytes)
    _ = ForwardedElement.parse(ByteRange(0, count), in: bytes)
    do throws(HTTPParseError) {
        let authority = try Authority.parse(bytes, ByteRange(0, count))
        precondition(!authority.host.isEmpty)
    } catch {
        precondition(error.status == 400)
    }
    if let address = IPAddress(bytes) {
        precondition(IPAddress(address.description) == address)
    }
    guard let first = canonical(input) else {
        precondition(!CanonicalTarget.isCanonical(bytes))
        return 0
    }
    precondition(CanonicalTarget.isCanonical(bytes) == (first == input))
    precondition(canonical(first) == first)
    let path = first.prefix { $0 != UInt8(ascii: "?") }
    for segment in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropLast() {
        precondition(!segment.isEmpty)
    }
    for segment in path.split(separator: UInt8(ascii: "/")) {
        precondition(segment != [0x2e] && segment != [0x2e, 0x2e] && !segment.contains(UInt8(ascii: "\\")))
    }
    return 0
}

private func canonical(_ input: [UInt8]) -> [UInt8]? {
    let output = OutputBuffer()
    do throws(HTTPParseError) {
        // A span of UInt8 has no padding.
        let result = try unsafe CanonicalTarget.canonicalise(input.span.bytes, into: output)
        precondition(result.length == output.count && result.pathLength > 0)
    } catch {
        precondition(error.status == 400 && output.isEmpty)
        return nil
    }
    return unsafe output.withUnsafeBytes { unsafe [UInt8]($0) }
}

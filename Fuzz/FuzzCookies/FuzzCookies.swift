import HTTPWire

/// Fuzzes the cookie scanner: what it gives without our cookies holds none of them, and the rest is what it was.
@c(LLVMFuzzerTestOneInput)
public func fuzzCookies(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let value = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    // A span of UInt8 has no padding.
    let bytes = unsafe value.span.bytes
    _ = SetCookieName.range(of: ByteRange(0, count), in: bytes)
    var scanner = CookieScanner(names: ["a", "bc"], limits: CookieLimits(bytes: 4096, count: 50))
    var table = FieldTable()
    table.append(FieldLine(name: .empty, value: ByteRange(0, count), lineEnd: count, known: .cookie))
    do throws(HTTPParseError) {
        try scanner.scan(table, in: bytes)
    } catch {
        precondition(error.status == 431)
        return 0
    }
    let found = scanner.hasMatches
    let output = OutputBuffer()
    let isLeft = scanner.appendOthers(of: ByteRange(0, count), in: bytes, to: output)
    precondition(isLeft || output.isEmpty)
    let rest = unsafe output.withUnsafeBytes { unsafe [UInt8]($0) }
    if !found { precondition(rest == [UInt8](value.drop { $0 == 32 || $0 == 9 }) || count == 0) }
    var again = FieldTable()
    again.append(FieldLine(name: .empty, value: ByteRange(0, rest.count), lineEnd: rest.count, known: .cookie))
    // A span of UInt8 has no padding.
    let restBytes = unsafe rest.span.bytes
    do throws(HTTPParseError) {
        try scanner.scan(again, in: restBytes)
    } catch {
        preconditionFailure("fewer cookies passed the limits before")
    }
    precondition(!scanner.hasMatches)
    return 0
}

import Tokens

/// Fuzzes base64url (RFC 4648 §5 without padding) against a second reader that goes bit by bit: both take the same texts
/// and say the same bytes, and a text that is taken is the only spelling of its bytes. The input is also taken as bytes
/// to be written.
@c(LLVMFuzzerTestOneInput)
public func fuzzBase64URL(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    let bytes = (0..<count).map { input[$0] }
    let decoded = Base64URL.decode(input)
    precondition(decoded == slowly(bytes), "the two readers do not agree")
    if let decoded { precondition(Array(Base64URL.encode(decoded.span).utf8) == bytes, "a text has a second spelling") }
    precondition(Base64URL.decode(Base64URL.encode(input)) == bytes, "what was written is not read")
    return 0
}

/// The bytes that a text stands for, one bit at a time; nil for anything but the canonical spelling.
private func slowly(_ text: [UInt8]) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var bits: [Bool] = []
    for character in text {
        guard let value = alphabet.firstIndex(of: character) else { return nil }
        for shift in stride(from: 5, through: 0, by: -1) { bits.append(value >> shift & 1 == 1) }
    }
    let spare = bits.count % 8
    // Six bits or more that belong to no byte: a character too many. Those that are there must be zero.
    guard spare < 6, !bits.suffix(spare).contains(true) else { return nil }
    return stride(from: 0, to: bits.count - spare, by: 8).map { start in
        bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }
}

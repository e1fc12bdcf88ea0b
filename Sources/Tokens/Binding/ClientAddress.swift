internal import Glibc

/// A client's address as its bytes: 4 of IPv4, 16 of IPv6, or the text itself where it is neither.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2) is the IPv4 address: which of
/// both a socket reports depends on how the listener was opened.
struct ClientAddress {
    /// What kind of address; the number is part of what is hashed.
    enum Kind: UInt8 {
        case text = 0
        case v4 = 4
        case v6 = 6
    }

    let kind: Kind
    var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
    /// The text of an address that is neither kind.
    let text: String

    init(_ address: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        // The library reads the NUL-terminated text and writes the structures during the call.
        if unsafe address.withCString({ unsafe inet_pton(AF_INET, $0, &v4) }) == 1 {
            (kind, text) = (.v4, "")
            Self.copy(v4.s_addr, to: &bytes)
        } else if unsafe address.withCString({ unsafe inet_pton(AF_INET6, $0, &v6) }) == 1 {
            let words = unsafe v6.__in6_u.__u6_addr32
            text = ""
            if words.0 == 0, words.1 == 0, UInt32(bigEndian: words.2) == 0xffff {
                kind = .v4
                Self.copy(words.3, to: &bytes)
            } else {
                kind = .v6
                for (index, word) in [words.0, words.1, words.2, words.3].enumerated() {
                    Self.copy(word, to: &bytes, at: index * 4)
                }
            }
        } else {
            (kind, text) = (.text, address)
        }
    }

    private static func copy(_ word: UInt32, to bytes: inout InlineArray<16, UInt8>, at start: Int = 0) {
        // The word is in network order: its first byte is the lowest one in memory.
        let value = UInt32(bigEndian: word)
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(index))) }
    }

    /// The number of bytes and bits that the kind has; 0 for a text.
    var byteCount: Int {
        switch kind {
        case .text: 0
        case .v4: 4
        case .v6: 16
        }
    }

    /// Appends the first `prefix` bits, the rest of the last byte cleared; a text is appended whole.
    func append(prefix: Int, to output: inout FingerprintMessage) {
        guard kind != .text else { return output.appendPart(text) }
        let whole = prefix / 8
        output.appendCount((prefix + 7) / 8)
        for index in 0..<whole { output.append(bytes[index]) }
        if prefix % 8 > 0 { output.append(bytes[whole] & ~(0xff >> (prefix % 8))) }
    }
}

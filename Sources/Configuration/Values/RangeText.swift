internal import HTTPWire

/// Reads a range of addresses in CIDR notation (RFC 4632 §3.1); an address alone is the range of itself.
enum RangeText {
    /// The range, or what is wrong with it.
    enum Reading {
        case range(AddressRange)
        case refused(String)
    }

    static func read(_ text: String) -> Reading {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let example = "write a range such as 10.0.0.0/8 or 2001:db8::/32"
        guard parts.count <= 2, let written = parts.first, let address = IPAddress(written) else {
            return .refused("“\(text)” is no range of addresses: \(example)")
        }
        let isV4 = !written.contains(":")
        let bits = isV4 ? 32 : 128
        var length = bits
        if parts.count == 2 {
            let digits = parts[1]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
                number <= bits
            else { return .refused("“\(text)” does not end in a prefix length from 0 to \(bits): \(example)") }
            length = number
        }
        let prefixLength = isV4 ? length + 96 : length
        let network = address.masked(to: prefixLength)
        guard network == address else {
            return .refused(
                "“\(text)” has bits set behind its prefix: write \(network)/\(length), or \(address) for the one address"
            )
        }
        return .range(AddressRange(bytes: network.networkBytes, prefixLength: prefixLength))
    }
}

internal import SallyportConfiguration
internal import HTTPWire

/// The peers whose forwarding fields are believed.
struct TrustedProxies: Sendable {
    private let ranges: [(network: IPAddress, prefixLength: Int)]

    init(_ ranges: [AddressRange]) {
        self.ranges = ranges.compactMap { range in
            // Sixteen bytes: the configuration's reader made sure of it.
            unsafe IPAddress(networkBytes: range.bytes.span.bytes).map { ($0, range.prefixLength) }
        }
    }

    /// Whether there is any.
    var isEmpty: Bool { ranges.isEmpty }

    /// Whether the address is one of them.
    func contains(_ address: IPAddress) -> Bool {
        for range in ranges where address.isContained(in: range.network, prefixLength: range.prefixLength) {
            return true
        }
        return false
    }
}

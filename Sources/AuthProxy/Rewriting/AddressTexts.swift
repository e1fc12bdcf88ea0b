internal import HTTPWire

/// The texts of addresses that a loop wrote last: each request names its client's three times. Direct-mapped and of fixed
/// size; it belongs to one loop.
final class AddressTexts {
    private static let count = 256
    private var texts: [(address: IPAddress, text: [UInt8])] = Array(
        repeating: (IPAddress(high: 0, low: 0), Array("::".utf8)), count: count)
    private let scratch = OutputBuffer(capacity: 48)

    /// The canonical text of an address.
    @inline(__always)
    func text(_ address: IPAddress) -> [UInt8] {
        let folded = address.high ^ address.low
        let index = Int(truncatingIfNeeded: (folded ^ folded >> 8 ^ folded >> 16) & UInt64(Self.count - 1))
        let found = texts[index]
        return found.address == address ? found.text : make(address, index)
    }

    @inline(never)
    private func make(_ address: IPAddress, _ index: Int) -> [UInt8] {
        scratch.removeAll()
        address.append(to: scratch)
        let text = unsafe scratch.withUnsafeBytes { unsafe Array($0) }
        texts[index] = (address, text)
        return text
    }
}

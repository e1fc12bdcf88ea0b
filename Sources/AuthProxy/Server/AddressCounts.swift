internal import HTTPWire
internal import Synchronization

/// How many connections each client address has, on all loops together. Asked once for a connection, where the limit is
/// set. Addresses count as ``HTTPWire/IPAddress/holder`` says.
final class AddressCounts: Sendable {
    private let counts = Mutex<[IPAddress: Int]>([:])

    /// Counts a connection in; how many the address has with it.
    func add(_ address: IPAddress) -> Int {
        let key = address.holder
        return counts.withLock { counts in
            let count = counts[key, default: 0] + 1
            counts[key] = count
            return count
        }
    }

    /// Counts a connection out that was counted in.
    func remove(_ address: IPAddress) {
        let key = address.holder
        counts.withLock { counts in
            guard let count = counts[key] else { return }
            counts[key] = count > 1 ? count - 1 : nil
        }
    }
}

extension IPAddress {
    /// What limits by address count: an IPv4 address by itself, in either spelling, and an IPv6 address by its first 64 bits.
    /// That is what one client has: with each of those addresses counted, it would have 2⁶⁴ limits.
    var holder: IPAddress { isIPv4 ? self : masked(to: 64) }
}

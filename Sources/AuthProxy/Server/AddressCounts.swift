internal import HTTPWire
internal import Synchronization

/// How many connections each client address has, on all loops together. Asked once for a connection, where the limit is
/// set.
final class AddressCounts: Sendable {
    private let counts = Mutex<[IPAddress: Int]>([:])

    /// Counts a connection in; how many the address has with it.
    func add(_ address: IPAddress) -> Int {
        counts.withLock { counts in
            let count = counts[address, default: 0] + 1
            counts[address] = count
            return count
        }
    }

    /// Counts a connection out that was counted in.
    func remove(_ address: IPAddress) {
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}

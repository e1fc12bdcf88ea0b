internal import SallyportConfiguration
internal import HTTPWire
internal import Synchronization

/// Failed authentications by client address, on all loops together: who guesses has to wait.
///
/// An address has an allowance of failures, which fills again steadily over the interval. It is asked only where a token is
/// not known to a loop, and told only of failures, so one lock for all loops costs nothing that could be measured; with a
/// table for each loop an address would have as many allowances as its connections meet loops.
///
/// Addresses count as ``HTTPWire/IPAddress/holder`` says.
/// Memory is bounded: a table of 8,192 addresses, in sets of eight. A set that is full forgets the address with the most
/// allowance, so that a crowd of fresh addresses does not wash out one that has to wait.
final class AuthenticationThrottle: Sendable {
    /// What is allowed.
    struct Rule {
        /// Failures at once; 0: no limit.
        let count: Int64
        /// How long one failure takes to be forgotten, in milliseconds.
        let step: Int64

        init(_ limits: LimitConfiguration) {
            count = Int64(limits.failedAuthenticationsPerAddress)
            step = count > 0 ? max(Int64(limits.failedAuthenticationsIntervalSeconds * 1000) / count, 1) : 0
        }

        var allowance: Int64 { count * step }
    }

    private struct Entry {
        var address = IPAddress(high: 0, low: 0)
        /// When all failures will be forgotten, in milliseconds since the epoch; 0 for an entry that was never used.
        var spentUntil: Int64 = 0
        /// When it was last told that the address has to wait.
        var toldAt: Int64 = 0
    }

    static let ways = 8
    static let sets = 1024

    /// Empty until the first failure.
    private let entries = Mutex<[Entry]>([])
    private let hasEntries = Atomic<Bool>(false)

    /// For how many seconds an address has to wait; nil if it need not.
    ///
    /// - Parameter now: seconds since the epoch.
    func secondsToWait(_ address: IPAddress, now: Int64, rule: Rule) -> Int64? {
        guard rule.count > 0, hasEntries.load(ordering: .relaxed) else { return nil }
        let key = address.holder
        let start = Self.start(key)
        let spentUntil = entries.withLock { entries in
            var spentUntil: Int64 = 0
            for index in start..<(start + Self.ways) where entries[index].address == key {
                spentUntil = entries[index].spentUntil
            }
            return spentUntil
        }
        let excess = spentUntil + rule.step - rule.allowance - now * 1000
        // Nobody waits longer than the whole allowance takes: the clock was set back.
        return excess > 0 && excess <= rule.allowance ? (excess + 999) / 1000 : nil
    }

    /// Notes a failure.
    ///
    /// - Returns: whether the address has to wait now, and that was not told within the interval.
    func note(_ address: IPAddress, now: Int64, rule: Rule) -> Bool {
        guard rule.count > 0 else { return false }
        let key = address.holder
        let start = Self.start(key)
        let time = now * 1000
        return entries.withLock { entries in
            if entries.isEmpty {
                entries = Array(repeating: Entry(), count: Self.sets * Self.ways)
                hasEntries.store(true, ordering: .relaxed)
            }
            var chosen = start
            for index in start..<(start + Self.ways) {
                if entries[index].address == key {
                    chosen = index
                    break
                }
                if entries[index].spentUntil < entries[chosen].spentUntil { chosen = index }
            }
            if entries[chosen].address != key { entries[chosen] = Entry(address: key) }
            let latest = time + rule.allowance
            let spent = min(max(entries[chosen].spentUntil, time) + rule.step, latest)
            entries[chosen].spentUntil = spent
            guard spent + rule.step > latest else { return false }
            let toldAt = entries[chosen].toldAt
            guard toldAt == 0 || time >= toldAt + rule.allowance || time < toldAt else { return false }
            entries[chosen].toldAt = time
            return true
        }
    }

    /// Where an address's set begins; by a hash with the process's own seed, since strangers choose addresses.
    private static func start(_ key: IPAddress) -> Int {
        Int(UInt(bitPattern: key.hashValue) % UInt(sets)) * ways
    }
}

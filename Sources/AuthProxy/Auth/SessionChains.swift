/// Which slots of a cache hold tokens of the same session: chains through the slots' numbers, so that a token that comes or
/// goes allocates nothing and touches no other token.
///
/// A chain is that of all sessions whose hashes fall together; who walks along it compares the names.
struct SessionChains {
    private static let end: Int32 = -1

    /// The first slot of each chain.
    private var heads: [Int32]
    /// For each slot, those before and behind it in its chain.
    private var links: [(before: Int32, behind: Int32)]

    /// - Parameter slots: a power of two.
    init(slots: Int) {
        heads = Array(repeating: Self.end, count: slots)
        links = Array(repeating: (Self.end, Self.end), count: slots)
    }

    mutating func insert(_ slot: Int, session hash: Int) {
        let chain = hash & (heads.count - 1)
        let first = heads[chain]
        links[slot] = (Self.end, first)
        if first >= 0 { links[Int(first)].before = Int32(slot) }
        heads[chain] = Int32(slot)
    }

    /// Takes out a slot that was put in with the same hash.
    mutating func remove(_ slot: Int, session hash: Int) {
        let (before, behind) = links[slot]
        if before >= 0 { links[Int(before)].behind = behind } else { heads[hash & (heads.count - 1)] = behind }
        if behind >= 0 { links[Int(behind)].before = before }
    }

    mutating func removeAll() {
        for chain in heads.indices { heads[chain] = Self.end }
    }

    /// The slots that may be of a session.
    func slots(of hash: Int) -> [Int] {
        var slots: [Int] = []
        var slot = heads[hash & (heads.count - 1)]
        while slot >= 0 {
            slots.append(Int(slot))
            slot = links[Int(slot)].behind
        }
        return slots
    }
}

/// What expires when: entries by the second in which they may be forgotten.
///
/// Adding, moving and taking out cost O(1) but for a heap of the distinct seconds, of which there are at most as many
/// as the longest lifetime has. So forgetting costs as much as there is to forget, however much is kept.
struct ExpiryIndex<Entry: Hashable & Sendable>: Sendable {
    private var buckets: [Int64: Set<Entry>] = [:]
    /// A binary heap of the buckets' seconds, the earliest first; may hold seconds whose bucket is gone.
    private var seconds: [Int64] = []
    /// Entries whose second has come, on their way out.
    private var due: [(entry: Entry, second: Int64)] = []

    /// Adds an entry.
    mutating func insert(_ entry: Entry, at second: Int64) {
        if buckets[second]?.insert(entry) == nil {
            buckets[second] = [entry]
            push(second)
        }
    }

    /// Takes an entry out, if it is there.
    mutating func remove(_ entry: Entry, at second: Int64) {
        guard buckets[second]?.remove(entry) != nil else { return }
        if buckets[second]?.isEmpty == true { buckets[second] = nil }
    }

    /// Takes out an entry whose second is not after `now`, and tells the second under which it was kept. The entry may
    /// have been removed or moved meanwhile: the caller compares the second with what it knows.
    mutating func next(notAfter now: Int64) -> (entry: Entry, second: Int64)? {
        while due.isEmpty, let second = seconds.first, second <= now {
            pop()
            guard let bucket = buckets.removeValue(forKey: second) else { continue }
            due = bucket.map { ($0, second) }
        }
        return due.popLast()
    }

    private mutating func push(_ second: Int64) {
        var child = seconds.count
        seconds.append(second)
        while child > 0 {
            let parent = (child - 1) / 2
            guard seconds[child] < seconds[parent] else { break }
            seconds.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() {
        seconds.swapAt(0, seconds.count - 1)
        seconds.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < seconds.count && seconds[child] < seconds[least]
            {
                least = child
            }
            guard least != parent else { break }
            seconds.swapAt(parent, least)
            parent = least
        }
    }
}

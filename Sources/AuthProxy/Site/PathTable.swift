internal import HTTPWire

/// Routes by path: open addressing over hashes that the caller has computed already. Built at start, then only asked.
struct PathTable: Sendable {
    private struct Entry: Sendable {
        let hash: UInt64
        let path: [UInt8]
        var place: RoutePlace
    }

    private var entries: [Entry] = []
    /// Index into `entries` plus one, or 0; a power of two long, and at most half full.
    private var slots: [UInt32] = []

    /// Whether it holds nothing.
    var isEmpty: Bool { entries.isEmpty }

    /// Adds a route; false if there is one for this path and one of its methods.
    mutating func insert(_ route: Route, path: [UInt8]) -> Bool {
        let hash = PathHash.of(path)
        if let index = index(hash, path) {
            guard let place = entries[index].place.adding(route) else { return false }
            entries[index].place = place
            return true
        }
        entries.append(Entry(hash: hash, path: path, place: RoutePlace(route)))
        if entries.count * 2 > slots.count {
            slots = Array(repeating: 0, count: max(slots.count * 2, 8))
            for index in entries.indices { place(index) }
        } else {
            place(entries.count - 1)
        }
        return true
    }

    private func index(_ hash: UInt64, _ path: [UInt8]) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = home(hash)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if entries[index].hash == hash, entries[index].path == path { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func place(_ index: Int) {
        var slot = home(entries[index].hash)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(index + 1)
    }

    /// Finds the entry whose path is the first `count` bytes of `path`, which have this hash; -1 for none. An index costs
    /// nothing to keep while a longer path is looked for.
    @inline(__always)
    func find(_ hash: UInt64, _ path: RawSpan, _ count: Int) -> Int {
        guard !slots.isEmpty else { return -1 }
        var slot = home(hash)
        // A free slot comes: half of them are.
        while slots[slot] != 0 {
            let index = Int(slots[slot]) &- 1
            if entries[index].hash == hash, path.isEqual(ByteRange(0, count), to: entries[index].path) { return index }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return -1
    }

    /// What is served at an entry.
    subscript(_ index: Int) -> RoutePlace { entries[index].place }

    /// FNV-1a mixes upwards: its high bits decide best.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count &- 1)
    }
}

/// Who waits, the first one first. It keeps nobody who has gone: an exchange holds buffers and connections.
struct WaitingQueue<Element: AnyObject> {
    /// The places before `start` are empty: taking the first one moves nothing.
    private var places: [Element?] = []
    private var start = 0

    /// How many wait.
    var count: Int { places.count - start }

    /// Puts one behind all others.
    mutating func append(_ element: Element) { places.append(element) }

    /// Puts one before all others: it was the first one, and has to wait on.
    mutating func prepend(_ element: Element) {
        guard start > 0 else { return places.insert(element, at: 0) }
        start -= 1
        places[start] = element
    }

    /// Takes the first one.
    mutating func takeFirst() -> Element? {
        guard start < places.count else { return nil }
        let first = places[start]
        places[start] = nil
        start += 1
        trim()
        return first
    }

    /// Takes one out, wherever it stands; nothing happens if it does not wait.
    mutating func remove(_ element: Element) {
        guard let index = places[start...].firstIndex(where: { $0 === element }) else { return }
        places.remove(at: index)
        trim()
    }

    /// Gives the empty places back: for nothing when nobody waits, else some at a time.
    private mutating func trim() {
        if start == places.count {
            places.removeAll(keepingCapacity: true)
            start = 0
        } else if start >= 64 {
            places.removeFirst(start)
            start = 0
        }
    }
}

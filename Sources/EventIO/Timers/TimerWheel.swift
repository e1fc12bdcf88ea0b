/// The deadlines of one loop: a hashed wheel (Varghese and Lauck, 1987) of lists, one slot for each tick.
///
/// Setting a deadline is constant work. One that moves away stays in its slot and is put on when the slot comes by, so
/// that a connection's time-out may be moved with each request for almost nothing. Resolution: one tick.
final class TimerWheel {
    /// Length of a tick in milliseconds.
    static let tickMilliseconds: Int64 = 20
    private static let slotCount = 1024
    private static let mask = Int64(slotCount - 1)

    /// Heads of the slots' lists. The wheel does not own its entries; see ``WheelEntry/previous``.
    private var slots: [Slot] = Array(repeating: Slot(), count: slotCount)
    /// The last tick that was served.
    private var served: Int64 = 0
    /// Entries in all slots.
    private(set) var count = 0

    private struct Slot {
        unowned(unsafe) var first: WheelEntry?
    }

    /// Sets the entry's deadline, in milliseconds of ``MonotonicTime``.
    func schedule(_ entry: WheelEntry, at deadline: Int64, now: Int64) {
        entry.deadline = deadline
        // The tick behind the deadline: never early.
        let wanted = deadline / Self.tickMilliseconds + 1
        // In a slot already, and that comes by in time: it will be put on there.
        if entry.tick >= 0, entry.tick <= wanted { return }
        if entry.tick >= 0 { unlink(entry) }
        if count == 0 { served = now / Self.tickMilliseconds }
        link(entry, tick: wanted)
    }

    /// Takes the deadline away.
    func cancel(_ entry: WheelEntry) {
        entry.deadline = .max
        if entry.tick >= 0 { unlink(entry) }
    }

    /// Calls ``WheelEntry/deadlineReached()`` of all entries whose deadline has passed.
    func advance(to now: Int64) {
        let current = now / Self.tickMilliseconds
        // After a long pause each slot is looked at once.
        let first = max(served + 1, current - Int64(Self.slotCount) + 1)
        guard first <= current else { return }
        served = current
        for tick in first...current { serve(Int(tick & Self.mask), current: current, now: now) }
    }

    private func serve(_ slot: Int, current: Int64, now: Int64) {
        // What is due is taken out before anybody is called: a call may cancel or schedule any entry.
        var due: [WheelEntry] = []
        var entry = unsafe slots[slot].first
        while let found = entry {
            entry = unsafe found.next
            guard found.tick <= current else { continue }
            unlink(found)
            if found.deadline <= now {
                due.append(found)
            } else if found.deadline != .max {
                link(found, tick: max(found.deadline / Self.tickMilliseconds + 1, current + 1))
            }
        }
        for entry in due where entry.deadline <= now {
            entry.deadline = .max
            entry.deadlineReached()
        }
    }

    private func link(_ entry: WheelEntry, tick: Int64) {
        let target = max(tick, served + 1)
        entry.tick = target
        let slot = Int(target & Self.mask)
        // The neighbours are alive, because each entry is cancelled before it goes.
        unsafe entry.previous = nil
        unsafe entry.next = slots[slot].first
        if let first = unsafe slots[slot].first { unsafe first.previous = entry }
        unsafe slots[slot].first = entry
        count += 1
    }

    private func unlink(_ entry: WheelEntry) {
        // As in `link`.
        if let previous = unsafe entry.previous {
            unsafe previous.next = entry.next
        } else {
            unsafe slots[Int(entry.tick & Self.mask)].first = entry.next
        }
        if let next = unsafe entry.next { unsafe next.previous = entry.previous }
        unsafe entry.previous = nil
        unsafe entry.next = nil
        entry.tick = -1
        count -= 1
    }
}

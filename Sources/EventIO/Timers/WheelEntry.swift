/// Something with one deadline, such as a connection: the base class of what a ``TimerWheel`` holds, so that a deadline
/// costs no object of its own.
///
/// It belongs to one loop. Moving the deadline further away costs two stores; the wheel notices when it gets there.
open class WheelEntry {
    /// When ``deadlineReached()`` is due, in milliseconds of ``MonotonicTime``; `Int64.max` for never.
    final var deadline: Int64 = .max
    /// The tick of the slot that holds the entry; -1 when none does.
    final var tick: Int64 = -1
    /// Neighbours in the slot. The wheel's entries are alive: each leaves it in ``TimerWheel/cancel(_:)`` before it goes.
    final unowned(unsafe) var previous: WheelEntry?
    final unowned(unsafe) var next: WheelEntry?

    /// An entry without a deadline.
    public init() {}

    deinit { assert(tick < 0, "an entry left its wheel before it went") }

    /// Called once on the loop's thread when the deadline has passed; it has none then.
    open func deadlineReached() {}
}

extension WheelEntry {
    /// When its time is over, in milliseconds of ``MonotonicTime``; `Int64.max` for never.
    public final var dueAt: Int64 { deadline }

    /// Takes the deadline away, for the price of one store: for those who will soon set it again.
    public final func suspendDeadline() { deadline = .max }
}

/// Calls a closure on its loop, once or again and again, until it is cancelled or goes.
///
/// It belongs to its loop's thread. Precise to a tick (20 ms); for connections' time-outs see ``WheelEntry``.
public final class LoopTimer: WheelEntry {
    private let loop: EventLoop
    private let action: () -> Void
    private var intervalMilliseconds: Int64?

    /// A timer that is not set.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
    }

    deinit { loop.cancelDeadline(of: self) }

    /// Calls the closure once, after so many milliseconds; a time set before is forgotten.
    public func fire(afterMilliseconds delay: Int64) {
        intervalMilliseconds = nil
        loop.cancelDeadline(of: self)
        loop.setDeadline(of: self, afterMilliseconds: delay)
    }

    /// Calls the closure each so many milliseconds.
    public func fire(everyMilliseconds interval: Int64) {
        fire(afterMilliseconds: interval)
        intervalMilliseconds = interval
    }

    /// Forgets the time that was set.
    public func cancel() {
        intervalMilliseconds = nil
        loop.cancelDeadline(of: self)
    }

    public override func deadlineReached() {
        if let intervalMilliseconds { loop.setDeadline(of: self, afterMilliseconds: intervalMilliseconds) }
        action()
    }
}

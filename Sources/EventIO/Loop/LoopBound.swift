/// A value that belongs to one loop, carried through code that may run on any thread, and looked at only on the loop's.
public struct LoopBound<Value>: @unchecked Sendable {
    // Proof: `value` checks that it is read on the loop's own thread; everywhere else the box is only passed on. Its
    // last owner may let go on another thread, so what it holds must not care where it is freed.
    private let contents: Value
    private let loop: EventLoop

    /// Binds a value to its loop.
    public init(_ value: Value, to loop: EventLoop) {
        contents = value
        self.loop = loop
    }

    /// The value.
    ///
    /// - Precondition: the caller runs on the loop's thread.
    public var value: Value {
        precondition(loop.isCurrent, "a value that belongs to a loop was touched on another thread")
        return contents
    }
}

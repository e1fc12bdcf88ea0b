/// A loop together with the thread that runs it.
public final class LoopThread: Sendable {
    /// The loop.
    public let loop: EventLoop
    private let thread: SystemThread

    /// Starts a thread and its loop.
    ///
    /// - Parameter name: the thread's name for people with a debugger, at most 15 bytes.
    public init(name: String) throws(IOError) {
        let loop = try EventLoop()
        self.loop = loop
        thread = try SystemThread(name: name) { loop.run() }
    }

    /// Ends the loop, and waits for its thread. Not from the loop itself.
    public func join() {
        loop.stop()
        // The thread ends because its loop was stopped; joined once, by whoever started it.
        thread.join()
    }
}

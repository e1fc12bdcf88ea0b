internal import CLibevent
internal import Glibc

/// A loop together with the thread that runs it.
public final class LoopThread: Sendable {
    /// The loop.
    public let loop: EventLoop
    private let thread: pthread_t

    /// Starts a thread and its loop.
    ///
    /// - Parameter name: the thread's name for people with a debugger, at most 15 bytes.
    public init(name: String) throws(IOError) {
        let loop = try EventLoop()
        self.loop = loop
        var thread: pthread_t = 0
        // The thread takes over one reference to the start block, and gives it back when it begins.
        let start = unsafe Unmanaged.passRetained(Start(loop: loop, name: name))
        let code = unsafe pthread_create(&thread, nil, { unsafe LoopThread.main($0) }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw IOError(code, "start a thread")
        }
        self.thread = thread
    }

    /// Ends the loop, and waits for its thread. Not from the loop itself.
    public func join() {
        loop.stop()
        // The thread ends because its loop was stopped; joined once, by whoever started it.
        _ = pthread_join(thread, nil)
    }

    private final class Start {
        let loop: EventLoop
        let name: String

        init(loop: EventLoop, name: String) {
            self.loop = loop
            self.name = name
        }
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        // A name that is too long is refused; then the thread has its process' name.
        _ = unsafe pthread_setname_np(pthread_self(), start.name)
        start.loop.run()
        return nil
    }
}

// pthread_setname_np comes with it: a GNU extension.
internal import CLibevent
internal import Glibc

/// A thread of its own for what blocks, or runs for as long as the process. Whoever starts it joins it or lets it go,
/// once.
///
/// It takes no signals: those belong to the program's own threads. SIGPIPE among them, so that a write to a reader that
/// went away says EPIPE instead of ending the process.
public struct SystemThread: Sendable {
    private let handle: pthread_t

    /// Starts a thread, which runs the body and ends; what only the body held is freed on it.
    ///
    /// - Parameters:
    ///   - name: for people with a debugger, at most 15 bytes; without one, the thread has its process' name.
    ///   - stackBytes: the size of its stack; that of the system if nil.
    public init(
        name: String? = nil, stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void
    ) throws(IOError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let stackBytes { unsafe pthread_attr_setstacksize(&attributes, stackBytes) }
        // A new thread has the mask of the one that starts it.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        // The thread takes over this reference, and gives it back when it has run the body.
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, &attributes, { unsafe SystemThread.main($0) }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw IOError(code, "start a thread")
        }
        handle = thread
    }

    /// Waits until it has ended. Not from the thread itself.
    public func join() { _ = pthread_join(handle, nil) }

    /// Lets it go: nobody waits for its end.
    public func detach() { _ = pthread_detach(handle) }

    private final class Start: Sendable {
        let name: String?
        let body: @Sendable () -> Void

        init(name: String?, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        // A name that is too long is refused; then the thread keeps its process' name.
        if let name = start.name { _ = unsafe pthread_setname_np(pthread_self(), name) }
        start.body()
        return nil
    }
}

internal import Glibc
internal import Tokens

/// What a ``StoreThread`` does; made by one thread, then used by the store's thread alone.
protocol StoreThreadBody: AnyObject {
    /// Runs operations and answers each of them.
    func perform(_ operations: [StoreOperation])

    /// Called after each batch, and while there is none, every ``StoreThread/interval``.
    func watch()
}

/// A thread of the store: SQLite blocks, and a loop must not. Callers reach it through its queue only; it ends, and
/// its body with the connection is freed on it, once the queue is closed and empty.
struct StoreThread: Sendable {
    /// How often a thread looks for what other processes changed.
    static let interval = Duration.milliseconds(50)
    private static let stackBytes = 512 * 1024

    /// What the thread is asked for; it takes operations before the thread is started already.
    let queue = OperationQueue()

    /// What the new thread takes over; it owns all of it.
    private final class Start {
        let queue: OperationQueue
        let body: any StoreThreadBody

        init(queue: OperationQueue, body: any StoreThreadBody) {
            self.queue = queue
            self.body = body
        }

        func run() {
            var next = MonotonicTime.now.advanced(by: StoreThread.interval)
            while let batch = queue.next(until: next) {
                if !batch.isEmpty { body.perform(batch) }
                body.watch()
                next = MonotonicTime.now.advanced(by: StoreThread.interval)
            }
        }
    }

    /// Starts the thread, which takes the body over. If it cannot be started its queue is closed.
    func start(_ body: sending any StoreThreadBody) throws(TokenStoreError) {
        let start = unsafe Unmanaged.passRetained(Start(queue: queue, body: body))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, Self.stackBytes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        // Signals belong to the program's own threads.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe StoreThread.enter(context)
                return nil
            }, start.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            unsafe start.release()
            queue.close()
            queue.finish()
            throw TokenStoreError(.unreachable, "cannot start a thread: \(unsafe String(cString: strerror(code)))")
        }
    }

    private static func enter(_ context: UnsafeMutableRawPointer) {
        var start: Start? = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        let queue = start?.queue
        start?.run()
        // The connection is closed before anybody is told that the thread has ended.
        start = nil
        queue?.finish()
    }
}

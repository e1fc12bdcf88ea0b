internal import Glibc

/// The thread that writes all logs of the process: it alone may wait for a disk. It ends when the queue is stopped, and
/// closes its descriptors then.
final class LogThread {
    private static let stackBytes = 256 * 1024

    private let queue: LogQueue
    private let sinks: [LogSink]
    /// The one that serves the fallback.
    private let standardError: LogSink
    private var reopenings: UInt64 = 0

    private init(queue: LogQueue, sinks: [LogSink], standardError: LogSink) {
        self.queue = queue
        self.sinks = sinks
        self.standardError = standardError
    }

    /// Starts the thread, which takes the sinks over.
    static func start(queue: LogQueue, sinks: [LogSink], standardError: LogSink) throws(LogFileError) {
        // Balanced by `enter` on the new thread, or below where there is none.
        let start = unsafe Unmanaged.passRetained(LogThread(queue: queue, sinks: sinks, standardError: standardError))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        // Signals belong to the program's own threads. Blocked, SIGPIPE does not end the process: write says EPIPE.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe LogThread.enter(context)
                return nil
            }, start.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            unsafe start.release()
            throw LogFileError(place: "writer's thread", code: code)
        }
    }

    private static func enter(_ context: UnsafeMutableRawPointer) {
        // `start` retained it for this call.
        var thread: LogThread? = unsafe Unmanaged<LogThread>.fromOpaque(context).takeRetainedValue()
        let queue = thread?.queue
        thread?.run()
        // The files are closed before anybody is told that the thread has ended.
        thread = nil
        queue?.finish()
    }

    private func run() {
        while true {
            let orders = queue.takeOrders()
            if orders.reopenings != reopenings {
                for sink in sinks { sink.reopen() }
                reopenings = orders.reopenings
                queue.reopened(reopenings)
            }
            var isBusy = false
            var retryAt = Int64.max
            var entries = [pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
            for sink in sinks {
                switch sink.advance() {
                case .idle: break
                case .busy: isBusy = true
                case .stalled:
                    entries.append(pollfd(fd: sink.descriptor.number, events: Int16(POLLOUT), revents: 0))
                case .faulted(let time): retryAt = min(retryAt, time)
                }
            }
            if isBusy { continue }
            if orders.isStopping { return abandon() }
            wait(for: &entries, until: retryAt)
        }
    }

    /// The last turn: what could not be written is given to standard error, as far as it takes it.
    private func abandon() {
        for sink in sinks where sink !== standardError { sink.abandon() }
        while standardError.advance() == .busy {}
        standardError.abandon()
    }

    private func wait(for entries: inout [pollfd], until time: Int64) {
        var milliseconds: CInt = -1
        if time != .max { milliseconds = CInt(clamping: max(time - LogMonitor.now, 0) / 1_000_000 + 1) }
        // It returns early for a signal or an error; then the turn finds nothing to do.
        _ = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
    }
}

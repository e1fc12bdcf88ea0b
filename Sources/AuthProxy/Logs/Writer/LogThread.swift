internal import EventIO
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

    /// What the new thread takes over.
    private final class Start {
        var thread: LogThread?

        init(_ thread: LogThread) { self.thread = thread }
    }

    /// Starts the thread, which takes the sinks over.
    static func start(queue: LogQueue, sinks: [LogSink], standardError: LogSink) throws(LogFileError) {
        // Nobody but the new thread touches the sinks from here on; where there is none, nobody does.
        nonisolated(unsafe) let start = Start(LogThread(queue: queue, sinks: sinks, standardError: standardError))
        do throws(IOError) {
            let thread = try SystemThread(name: "log", stackBytes: stackBytes) {
                unsafe start.thread?.run()
                // The files are closed before anybody is told that the thread has ended.
                unsafe start.thread = nil
                queue.finish()
            }
            thread.detach()
        } catch {
            throw LogFileError(place: "writer's thread", code: error.code)
        }
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

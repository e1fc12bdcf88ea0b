public import SallyportConfiguration
internal import Glibc

/// Writes all logs of the process, on one thread of its own: loops hand batches over and never wait for a disk or a
/// reader. Any thread may use it. `close` it to see the last lines out.
///
/// Memory is bounded per kind of lines. Access lines that do not fit are dropped, counted, and a line says how many.
/// Audit lines that do not fit, or that their place does not take, go to standard error; only if that takes nothing
/// either are they lost, and counted, and told.
public final class LogWriter: Sendable {
    /// The smallest buffer: a batch and a line of the longest kind fit into half of it.
    public static let leastBufferBytes = 256 * 1024

    let queue: LogQueue
    let styles: LogStyles
    let clock: LogClock

    /// Opens the places of `configuration` and starts the thread.
    ///
    /// - Parameters:
    ///   - bufferBytes: the most memory for waiting lines of one kind, in bytes; at least ``leastBufferBytes``.
    ///   - clock: the source of the lines' times.
    /// - Throws: ``LogFileError`` if a place cannot be opened.
    public convenience init(
        _ configuration: LoggingConfiguration, bufferBytes: Int = 4 * 1024 * 1024, clock: LogClock = .system
    ) throws(LogFileError) {
        try self.init(
            configuration, bufferBytes: bufferBytes, clock: clock, streams: LogStreams(output: 1, error: 2))
    }

    init(
        _ configuration: LoggingConfiguration, bufferBytes: Int, clock: LogClock, streams: LogStreams
    ) throws(LogFileError) {
        queue = try LogQueue(
            limit: bufferBytes,
            isOff: LogChannel.allCases.map {
                $0 == .access && configuration.access == .off || $0 == .audit && configuration.audit == .off
            })
        self.clock = clock
        let sinks = try LogSinks(configuration, queue: queue, clock: clock, streams: streams)
        styles = sinks.styles
        try LogThread.start(queue: queue, sinks: sinks.all, standardError: sinks.standardError)
    }

    deinit { queue.stop() }

    /// Opens all files anew, for SIGHUP: a file that was renamed is let go. It returns at once. Where it fails the old
    /// file stays in use, and a line on standard error says so.
    public func reopen() { queue.askForReopening() }

    /// Waits until all lines that were handed over before are written, and a reopening asked for before is done.
    ///
    /// - Returns: whether that was so before the time was over.
    @discardableResult
    public func flush(timeout: Duration) -> Bool {
        queue.waitUntilSettled(deadline: LogMonitor.deadline(after: timeout))
    }

    /// Waits as `flush` does, then ends the thread. Lines handed over later are dropped and counted.
    ///
    /// - Returns: whether all lines are out.
    @discardableResult
    public func close(timeout: Duration) -> Bool {
        let isComplete = flush(timeout: timeout)
        queue.stop()
        // A disk that hangs holds the thread up; the process may end without it.
        let hasEnded = queue.waitUntilFinished(deadline: LogMonitor.deadline(after: .seconds(1)))
        return isComplete && hasEnded
    }

    /// What became of lines that could not be written at once.
    public var statistics: LogStatistics { queue.statistics }
}

internal import HTTPWire
internal import Logging

/// What the writing thread itself has to say. It lives on that thread, once that has started.
final class LogNotices {
    private let queue: LogQueue
    /// Set when all places are open.
    var styles = LogStyles()
    private let clock: LogClock
    private let output = OutputBuffer(capacity: 512)
    private var timestamp = LogTimestamp()

    init(queue: LogQueue, clock: LogClock) {
        self.queue = queue
        self.clock = clock
    }

    /// Writes a diagnostic line.
    func report(_ level: Logger.Level, _ message: String) {
        var line = DiagnosticLine(style: styles.diagnostic, timestamp: timestamp)
        output.removeAll()
        line.begin(clock.now, level, label: "logs", message: message, to: output)
        line.end(output)
        timestamp = line.timestamp
        queue.submit(output, lines: 1, to: .diagnostic)
    }

    /// Says, among the lines of the channel itself, how many of them are missing.
    func appendDropped(_ lines: UInt64, channel: LogChannel, to output: OutputBuffer) {
        var line = DiagnosticLine(style: styles.style(of: channel), timestamp: timestamp)
        let fate = channel == .audit || channel == .fallback ? "were lost" : "were dropped"
        line.begin(
            clock.now, .warning, label: "logs",
            message: "\(lines) \(channel.noun) lines \(fate): they came faster than they could be written", to: output)
        line.add("lines", number: lines, to: output)
        line.end(output)
        timestamp = line.timestamp
    }
}

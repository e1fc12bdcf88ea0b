public import Logging
internal import HTTPWire
internal import Synchronization

/// The proxy's log about itself: makes loggers of swift-log whose lines go to standard error through the ``LogWriter``.
/// swift-log's global bootstrap is not used, so that two proxies may live in one process. Any thread may use it.
public final class ProxyLog: Sendable {
    private let writer: LogWriter
    private let threshold: Atomic<Int>

    /// A log.
    ///
    /// - Parameter level: the lowest level that is written, one of the names of `logging.level`.
    public init(_ writer: LogWriter, level: Logger.Level = .info) {
        self.writer = writer
        threshold = Atomic(Self.index(level))
    }

    /// The lowest level that is written. A change counts for every logger at once, except those given a level of their
    /// own.
    public var level: Logger.Level {
        get { Logger.Level.allCases[threshold.load(ordering: .relaxed)] }
        set { threshold.store(Self.index(newValue), ordering: .relaxed) }
    }

    /// A logger; the label names the part of the proxy that speaks.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { ProxyLogHandler(label: $0, log: self) }
    }

    /// Writes one line.
    func write(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
        let output = OutputBuffer(capacity: 512)
        var line = DiagnosticLine(style: writer.styles.diagnostic, timestamp: LogTimestamp())
        line.begin(writer.clock.now, event.level, label: label, message: event.message.description, to: output)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line.add(Self.reserved.contains(name) ? "_" + name : name, value.description, to: output)
        }
        if let error = event.error { line.add("error", "\(error)", to: output) }
        line.end(output)
        writer.queue.submit(output, lines: 1, to: .diagnostic)
    }

    /// Members that each line has; metadata of the same name gets an underscore.
    private static let reserved: Set<String> = ["time", "level", "logger", "message", "error"]

    private static func index(_ level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
}

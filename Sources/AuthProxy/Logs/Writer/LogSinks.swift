internal import SallyportConfiguration
internal import Glibc

/// Opens the places of a configuration, each once, whatever goes there.
struct LogSinks {
    /// All places.
    private(set) var all: [LogSink] = []
    /// How the lines of each channel look.
    private(set) var styles = LogStyles()
    /// The index of the sink that diagnostic lines and the fallback of the audit log go to.
    private var errorIndex = 0
    private var indices: [String: Int] = [:]
    private let queue: LogQueue
    private let notices: LogNotices
    private let streams: LogStreams

    private static let outputName = "standard output"
    private static let errorName = "standard error"

    init(
        _ configuration: LoggingConfiguration, queue: LogQueue, clock: LogClock, streams: LogStreams
    ) throws(LogFileError) {
        self.queue = queue
        self.streams = streams
        notices = LogNotices(queue: queue, clock: clock)
        errorIndex = try openForDiagnostics()
        let access = try open(configuration.access)
        let audit = try open(configuration.audit)
        all[errorIndex].channels = [.diagnostic, .fallback]
        if let audit { all[audit].channels.append(.audit) }
        if let access { all[access].channels.append(.access) }

        styles.diagnostic = LogStyle(configuration.format, isTerminal: isTerminal(errorIndex))
        if let access { styles.access = LogStyle(configuration.format, isTerminal: isTerminal(access)) }
        // The audit log is for programs, wherever no terminal shows it.
        if let audit, isTerminal(audit) { styles.audit = LogStyle(configuration.format, isTerminal: true) }
        notices.styles = styles
    }

    /// The sink of standard error.
    var standardError: LogSink { all[errorIndex] }

    private func isTerminal(_ index: Int) -> Bool { all[index].descriptor.isTerminal }

    /// Standard error, or nothing where the process was started without: a log configured to go there is refused then,
    /// but diagnostics have no other place.
    private mutating func openForDiagnostics() throws(LogFileError) -> Int {
        do throws(LogFileError) {
            return try open(stream: streams.error, name: Self.errorName)
        } catch {
            guard error.code == EBADF else { throw error }
            return add(try LogDescriptor(path: "/dev/null"), name: "/dev/null", path: nil)
        }
    }

    private mutating func open(_ destination: LoggingConfiguration.Destination) throws(LogFileError) -> Int? {
        switch destination {
        case .off: return nil
        case .standardError: return try open(stream: streams.error, name: Self.errorName)
        case .standardOutput:
            if streams.areOne { return try open(stream: streams.error, name: Self.errorName) }
            return try open(stream: streams.output, name: Self.outputName)
        case .file(let path):
            if let index = indices[path] { return index }
            return add(try LogDescriptor(path: path), name: path, path: path)
        }
    }

    private mutating func open(stream: CInt, name: String) throws(LogFileError) -> Int {
        if let index = indices[name] { return index }
        return add(try LogDescriptor(duplicating: stream, name: name), name: name, path: nil)
    }

    private mutating func add(_ descriptor: consuming LogDescriptor, name: String, path: String?) -> Int {
        all.append(LogSink(name: name, path: path, descriptor: descriptor, queue: queue, notices: notices))
        indices[name] = all.count - 1
        return all.count - 1
    }
}

import SallyportConfiguration
import Foundation
import HTTPWire
import Testing

@testable import AuthProxy

/// A folder of a test's own for log files, removed with all that is in it when the test ends.
final class LogFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sallyport-logs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The whole lines of a file in it, each with its end taken off.
    func lines(_ name: String) throws -> [Substring] {
        let text = try String(contentsOfFile: file(name), encoding: .utf8)
        try #require(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: true)
    }

    /// How many lines of a file have their end already, while somebody writes it.
    func lineCount(_ name: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: file(name))).count { $0 == UInt8(ascii: "\n") }
    }

    /// The lines of a file as JSON objects.
    func objects(_ name: String) throws -> [[String: Any]] { try lines(name).map(object) }
}

/// A line as JSON object; fails the test if it is none.
func object(_ line: some StringProtocol) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(value as? [String: Any])
}

/// A pipe of a test's own; its ends are closed with it.
final class TestPipe: Sendable {
    let readable: CInt
    let writable: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        (readable, writable) = (ends[0], ends[1])
    }

    deinit {
        close(readable)
        close(writable)
    }

    /// Reads until `isEnough`; fails the test after ten seconds.
    func read(until isEnough: (String) -> Bool) throws -> String {
        try TestReader(readable).read(until: isEnough)
    }
}

/// Reads a descriptor that a test has opened.
struct TestReader {
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Reads until `isEnough`; fails the test after ten seconds.
    func read(until isEnough: (String) -> Bool) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let deadline = LogMonitor.deadline(after: .seconds(10))
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 20) > 0 else {
                // Asked only when nothing is there to be read, because it looks at everything.
                let text = String(decoding: bytes, as: UTF8.self)
                if isEnough(text) { return text }
                try #require(LogMonitor.now < deadline, "so far: \(text.suffix(500))")
                continue
            }
            let count = unsafe Foundation.read(descriptor, &buffer, buffer.count)
            try #require(count > 0)
            bytes += buffer[..<count]
        }
    }
}

/// Waits until something is so; fails the test after ten seconds.
func eventually(_ isSo: () throws -> Bool) throws {
    let deadline = LogMonitor.deadline(after: .seconds(10))
    while try !isSo() {
        try #require(LogMonitor.now < deadline)
        sched_yield()
    }
}

/// 2026-11-25T07:05:37.123Z
let sampleTime: Int64 = 1_795_590_337_123_000

/// A clock that stands still.
let stoppedClock = LogClock { sampleTime }

extension LogWriter {
    /// A writer whose standard streams are descriptors of a test's choice.
    static func make(
        access: LoggingConfiguration.Destination = .off, audit: LoggingConfiguration.Destination = .off,
        format: LoggingConfiguration.Format = .auto, output: CInt = 1, error: CInt = 2,
        bufferBytes: Int = 0
    ) throws -> LogWriter {
        var configuration = LoggingConfiguration()
        configuration.access = access
        configuration.audit = audit
        configuration.format = format
        return try LogWriter(
            configuration, bufferBytes: bufferBytes, clock: stoppedClock,
            streams: LogStreams(output: output, error: error))
    }
}

extension AccessLogBuffer {
    /// Appends a line whose texts are given as bytes.
    func append(
        _ entry: AccessLogEntry, method: [UInt8] = Array("GET".utf8), path: [UInt8] = Array("/".utf8),
        host: [UInt8] = [], route: [UInt8] = [], upstream: [UInt8] = [], requestID: [UInt8] = [],
        subject: [UInt8] = [], tokenID: [UInt8] = []
    ) {
        unsafe append(
            entry, method: method.span.bytes, path: path.span.bytes, host: host.span.bytes,
            requestID: requestID.span.bytes, route: AccessLogMembers(route: route, upstream: upstream),
            identity: AccessLogMembers(subject: subject, tokenID: tokenID))
    }
}

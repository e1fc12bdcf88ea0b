import SallyportConfiguration
import Foundation
import Logging
import Testing

@testable import AuthProxy

@Suite("Log of the proxy")
struct ProxyLogTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    private func lines(
        format: LoggingConfiguration.Format = .json, level: Logger.Level = .info, _ body: (ProxyLog) -> Void
    ) throws -> [Substring] {
        let descriptor = unsafe open(folder.file("error"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let writer = try LogWriter.make(format: format, error: descriptor)
        body(ProxyLog(writer, level: level))
        #expect(writer.close(timeout: .seconds(10)))
        return try folder.lines("error")
    }

    @Test("A line has its level, its logger, its message and its metadata, which never covers those")
    func members() throws {
        let lines = try lines { log in
            var logger = log.logger("listener")
            logger[metadataKey: "address"] = "127.0.0.1:8080"
            logger[metadataKey: "level"] = "mine"
            logger.warning("cannot \"accept\"\n", metadata: ["address": "[::1]:80", "list": ["a", "b"]])
        }
        try #require(lines.count == 1)
        #expect(
            try object(lines[0]) as NSDictionary == [
                "time": "2026-11-25T07:05:37.123Z", "level": "warning", "logger": "listener",
                "message": "cannot \"accept\"\n", "address": "[::1]:80", "_level": "mine", "list": "[\"a\", \"b\"]",
            ])
    }

    @Test("Only lines of the level or above are written, and a change of the level counts for all loggers at once")
    func levels() throws {
        let lines = try lines(level: .notice) { log in
            let logger = log.logger("a")
            var own = log.logger("b")
            own.logLevel = .error
            logger.info("1")
            logger.notice("2")
            log.level = .debug
            logger.debug("3")
            logger.trace("4")
            own.warning("5")
            own.error("6")
        }
        #expect(try lines.map { try object($0)["message"] as? String } == ["2", "3", "6"])
    }

    @Test("For people a line is one line, whatever it holds")
    func human() throws {
        let lines = try lines(format: .human) { log in
            log.logger("a").error("broken\u{1b}[2J\nline", metadata: ["path": "/tmp/é"])
        }
        #expect(lines == ["07:05:37.123Z  error    broken\\x1b[2J\\x0aline  path=/tmp/\\xc3\\xa9"])
    }
}

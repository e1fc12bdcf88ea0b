internal import Glibc

/// The process of a ``RedisServer``, from its start until it was waited for.
final class RedisProcess: Sendable {
    /// What a test waits for a server to start or to end: it reads, or writes, all that it holds.
    private static var patience: Deadline { Deadline(in: .seconds(60)) }

    private let process: ProcessUnderTest

    /// Starts the program and waits for the line that says it is ready.
    init(_ words: [String], ready: String = "Ready to accept connections") throws {
        process = try ProcessUnderTest(words[0], Array(words[1...]))
        guard process.waitForLine(containing: ready, Self.patience) != nil else {
            process.kill()
            let printed = process.lines.suffix(5) + process.errorLines.suffix(5)
            throw RedisServerError(reason: "redis-server did not start: \(printed.joined(separator: " / "))")
        }
    }

    func signal(_ signal: CInt) { process.signal(signal) }

    /// Sends SIGSTOP and waits until the process has stopped.
    func pause() throws {
        guard process.pause() else { throw RedisServerError(reason: "redis-server did not stop") }
    }

    /// Sends a signal and waits for the process' end. A paused process is let go, for only SIGKILL would reach it.
    func end(_ signal: CInt) {
        process.signal(signal)
        process.signal(SIGCONT)
        if process.waitForEnd(Self.patience) == nil { process.kill() }
    }
}

internal import Foundation
internal import Synchronization

/// The process of a ``RedisServer``, from its start until it was waited for.
final class RedisProcess: Sendable {
    private let identifier: pid_t
    private let printed: PrintedLines

    /// Starts the program and waits for the line that says it is ready. Until its end all that it prints is
    /// read, so that it never waits for us.
    init(_ words: [String], ready: String = "ready to accept connections") throws {
        let (input, output) = try ChildProcess.socketPair()
        let lines = PrintedLines(input)
        printed = lines
        do {
            // Only the child keeps this end, so that the lines end with it.
            defer { close(output) }
            identifier = try ChildProcess.start(words, output: output)
        }
        lines.read()
        guard lines.wait(for: ready) else {
            end(SIGKILL)
            throw RedisServerError(
                reason: "redis-server did not start: \(lines.all.suffix(5).joined(separator: " / "))")
        }
    }

    func signal(_ signal: CInt) { Foundation.kill(identifier, signal) }

    /// Sends SIGSTOP and waits until the process has stopped.
    func pause() throws {
        signal(SIGSTOP)
        var status: CInt = 0
        guard unsafe waitpid(identifier, &status, WUNTRACED) == identifier, status & 0xFF == 0x7F else {
            throw RedisServerError(reason: "redis-server did not stop")
        }
    }

    /// Sends a signal and waits for the process' end. A paused process is let go, for only SIGKILL would reach it.
    func end(_ signal: CInt) {
        self.signal(signal)
        self.signal(SIGCONT)
        ChildProcess.wait(identifier)
    }
}

/// The lines that a process prints, collected by a thread of their own until its end.
private final class PrintedLines: Sendable {
    private let state = Mutex<(lines: [String], isOver: Bool)>(([], false))
    private let arrived = DispatchSemaphore(value: 0)
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    var all: [String] { state.withLock { $0.lines } }

    func read() {
        Thread.detachNewThread { [self] in
            let file = unsafe fdopen(descriptor, "r")
            var buffer: UnsafeMutablePointer<CChar>?
            var capacity = 0
            while unsafe getline(&buffer, &capacity, file) > 0 {
                guard let line = unsafe buffer.map({ unsafe String(cString: $0) }) else { break }
                state.withLock { $0.lines.append(line) }
                arrived.signal()
            }
            unsafe free(buffer)
            unsafe fclose(file)
            state.withLock { $0.isOver = true }
            arrived.signal()
        }
    }

    /// Waits for a line that contains a text, whatever its case; false if the output ends without it.
    func wait(for text: String) -> Bool {
        var seen = 0
        while true {
            let (lines, isOver) = state.withLock { ($0.lines, $0.isOver) }
            if lines[seen...].contains(where: { $0.lowercased().contains(text) }) { return true }
            if isOver { return false }
            seen = lines.count
            arrived.wait()
        }
    }
}

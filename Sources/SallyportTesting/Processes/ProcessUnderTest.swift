internal import Glibc
internal import Synchronization

/// A program that a test starts, whose output it reads line by line, and that is ended by its process identifier when
/// the last reference goes. Swift lets that go after its last use: a test that needs the program until its end says
/// `defer { program.kill() }`.
///
/// Safe to share: its mutable state is behind a mutex.
public final class ProcessUnderTest: Sendable {
    /// How a process ended.
    public enum End: Sendable, Equatable {
        /// With an exit code.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
    }

    /// Its process identifier.
    public let identifier: Int32
    private let output: CapturedLines
    private let errors: CapturedLines
    private let end = Mutex<End?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: of the program; looked for in `PATH` if it holds no slash.
    ///   - environment: what it finds in its environment.
    ///   - input: the file that is its standard input.
    ///   - folder: the one that it works in; that of the tests if nil.
    public init(
        _ path: String, _ arguments: [String] = [], environment: ChildEnvironment = .inherited(),
        input: String = "/dev/null", folder: String? = nil
    ) throws(SocketFailure) {
        let (outputEnd, childOutput) = try Self.pair()
        let (errorEnd, childErrors) = try Self.pair()
        // The lines end with the child: only it keeps these.
        defer {
            close(childOutput)
            close(childErrors)
        }
        output = CapturedLines(outputEnd)
        errors = CapturedLines(errorEnd)
        let start = ProcessStart(
            words: [path] + arguments, environment: environment.variables, input: input, folder: folder)
        identifier = try start.spawn(output: childOutput, errors: childErrors)
        output.start()
        errors.start()
    }

    deinit { kill() }

    /// The lines of its standard output so far.
    public var lines: [String] { output.all }
    /// The lines of its standard error so far.
    public var errorLines: [String] { errors.all }
    /// Its standard output so far, line ends included.
    public var outputText: String { output.text }
    /// Its standard error so far, line ends included.
    public var errorText: String { errors.text }

    /// Waits for a line of the standard output that contains a text; nil if none comes.
    public func waitForLine(containing text: String, _ deadline: Deadline = .soon) -> String? {
        output.wait(for: text, deadline)
    }

    /// Waits for a line of the standard error that contains a text; nil if none comes.
    public func waitForErrorLine(containing text: String, _ deadline: Deadline = .soon) -> String? {
        errors.wait(for: text, deadline)
    }

    /// Waits until both of its outputs have come to their end; false if they do not before the deadline.
    public func waitForOutput(_ deadline: Deadline = .soon) -> Bool {
        waitUntil(deadline) { output.hasEnded && errors.hasEnded }
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        end.withLock { if $0 == nil { _ = Glibc.kill(identifier, number) } }
    }

    /// Waits for its end; nil if it does not end before the deadline.
    public func waitForEnd(_ deadline: Deadline = .soon) -> End? {
        _ = waitUntil(deadline) { isOver(WNOHANG) }
        return end.withLock { $0 }
    }

    /// Whether it runs.
    public var isRunning: Bool { !isOver(WNOHANG) }

    /// Ends it with SIGKILL and waits until it is gone.
    public func kill() {
        signal(SIGKILL)
        signal(SIGCONT)
        _ = isOver(0)
    }

    /// Sends SIGSTOP and waits until it has stopped; false if it has ended instead.
    public func pause() -> Bool {
        signal(SIGSTOP)
        return end.withLock { end in
            guard end == nil else { return false }
            var status: CInt = 0
            while true {
                let code = unsafe waitpid(identifier, &status, WUNTRACED)
                if code == identifier { break }
                guard code < 0, errno == EINTR else { return false }
            }
            if status & 0xFF == 0x7F { return true }
            end = Self.end(status)
            return false
        }
    }

    /// What /proc knows of it.
    public var facts: ProcessFacts { ProcessFacts(identifier) }

    /// Collects the process, if it has ended; the identifier is not used any more from then on.
    private func isOver(_ options: CInt) -> Bool {
        end.withLock { end in
            if end != nil { return true }
            var status: CInt = 0
            while true {
                let code = unsafe waitpid(identifier, &status, options)
                if code == identifier { break }
                if code < 0, errno == EINTR { continue }
                return false
            }
            end = Self.end(status)
            return true
        }
    }

    /// What a status of waitpid(2) says of a process that has ended.
    private static func end(_ status: CInt) -> End {
        status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    /// A socket pair closes on exec from the beginning: a child that another test starts must not keep it open.
    private static func pair() throws(SocketFailure) -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system(call: "socketpair", code: errno) }
        return (ends[0], ends[1])
    }
}

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
    ///   - environment: what is added to, or replaces, the environment of the tests; nil removes a name.
    public init(_ path: String, _ arguments: [String] = [], environment: [String: String?] = [:])
        throws(SocketFailure)
    {
        let (outputEnd, childOutput) = try Self.pair()
        let (errorEnd, childErrors) = try Self.pair()
        // The lines end with the child: only it keeps these.
        defer {
            close(childOutput)
            close(childErrors)
        }
        output = CapturedLines(outputEnd)
        errors = CapturedLines(errorEnd)
        identifier = try Self.spawn([path] + arguments, environment, childOutput, childErrors)
        output.start()
        errors.start()
    }

    deinit { kill() }

    /// The lines of its standard output so far.
    public var lines: [String] { output.all }
    /// The lines of its standard error so far.
    public var errorLines: [String] { errors.all }

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
            end = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
            return true
        }
    }

    /// A socket pair closes on exec from the beginning: a child that another test starts must not keep it open.
    private static func pair() throws(SocketFailure) -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system(call: "socketpair", code: errno) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ words: [String], _ environment: [String: String?], _ output: CInt, _ errors: CInt
    ) throws(SocketFailure) -> CInt {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        unsafe closeAllOthers(in: &actions)
        // The threads that run tests block most signals, and a child would inherit that: SIGTERM would not reach it.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe Self.variables(environment).map { unsafe strdup($0) } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw .system(call: "posix_spawn \(words[0])", code: code) }
        return child
    }

    private static func variables(_ changes: [String: String?]) -> [String] {
        var variables: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let variable = unsafe String(cString: text)
            if !changes.keys.contains(String(variable.prefix { $0 != "=" })) { variables.append(variable) }
            unsafe entry += 1
        }
        return variables + changes.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }
}

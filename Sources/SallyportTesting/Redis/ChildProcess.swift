internal import Foundation

/// Starts and awaits the servers of tests. They inherit no descriptor by accident: Foundation's `Process` learns of a
/// child's end by a socket that closes, and would wait for a server that keeps it open.
enum ChildProcess {
    /// Starts a program (looked for in PATH) with nothing to read; what it prints goes to a descriptor. It inherits no
    /// other descriptor, no blocked signal and no handler.
    static func start(_ words: [String], output: CInt) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
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
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw RedisServerError(reason: "\(words[0]) cannot be started: \(code)") }
        return child
    }

    /// Waits for the end of a child; its exit code, or nil if a signal ended it.
    @discardableResult
    static func wait(_ child: pid_t) -> CInt? {
        var status: CInt = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }

    /// Two ends of a stream that children do not inherit by accident.
    static func socketPair() throws -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw RedisServerError(reason: "socketpair: \(errno)")
        }
        return (ends[0], ends[1])
    }
}

/// Has a child close all descriptors but the standard ones.
func closeAllOthers(in actions: inout posix_spawn_file_actions_t) {
    // Its only failure is memory that is used up.
    _ = unsafe addCloseFrom(&actions, 3)
}

/// The Glibc module hides this function; the prototype is that of the manual, `(posix_spawn_file_actions_t *, int)`.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func addCloseFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: CInt) -> CInt

internal import Glibc

/// How a child process is started: the one place of the tests that spawns. It inherits no descriptor but its standard
/// ones, no blocked signal and no handler.
///
/// Foundation's `Process` serves no test: it learns of a child's end by a socket that closes, and so waits for a server
/// that keeps it open; and it reads beyond a buffer of its own while it looks for the highest descriptor.
struct ProcessStart {
    /// The program, looked for in `PATH` if it holds no slash, and its arguments.
    var words: [String]
    /// The whole environment, as `NAME=VALUE`.
    var environment: [String]
    /// The file that is its standard input.
    var input = "/dev/null"
    /// The folder that it works in; that of the tests if nil.
    var folder: String?

    /// Starts the process; its identifier. Its outputs go to two descriptors, which stay the caller's.
    func spawn(output: CInt, errors: CInt) throws(SocketFailure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // Their only failure is memory that is used up.
        _ = unsafe addCloseFrom(&actions, 3)
        if let folder { _ = unsafe addChangeFolder(&actions, folder) }
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
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw .system(call: "posix_spawn \(words[0])", code: code) }
        return child
    }
}

/// The Glibc module hides these functions; the prototypes are those of its header.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func addCloseFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: CInt) -> CInt

@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addChangeFolder(
    _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ folder: UnsafePointer<CChar>
) -> CInt

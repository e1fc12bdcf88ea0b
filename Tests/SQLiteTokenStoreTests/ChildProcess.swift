internal import Glibc

/// A program of this package that a test starts, reads and ends.
///
/// Safe: the stream is open from `init` to `deinit`.
@safe
final class ChildProcess {
    private let output: UnsafeMutablePointer<FILE>
    private let process: pid_t
    private var isReaped = false

    /// Starts a program that lies beside the tests' own.
    init(_ name: String, _ arguments: [String]) throws {
        var ends: [CInt] = [-1, -1]
        // A socket pair, because it closes on exec from the beginning: a child of another test must not keep it open.
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw SystemFailure(call: "socketpair", code: errno)
        }
        defer { close(ends[1]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        let path = try Self.folder() + "/" + name
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawn(&child, path, &actions, nil, &words, environ)
        guard code == 0, let stream = unsafe fdopen(ends[0], "r") else {
            close(ends[0])
            throw SystemFailure(call: "posix_spawn \(name)", code: code)
        }
        process = child
        unsafe output = stream
    }

    deinit {
        _ = end(SIGKILL)
        unsafe fclose(output)
    }

    /// The next line of its output; nil at the end.
    func line() -> String? {
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { unsafe free(buffer) }
        let count = unsafe getline(&buffer, &capacity, output)
        guard count > 0, let buffer = unsafe buffer else { return nil }
        return unsafe String(cString: buffer).split(separator: "\n").first.map { String($0) } ?? ""
    }

    /// All lines up to the end of its output.
    func lines() -> [String] {
        var lines: [String] = []
        while let line = line() { lines.append(line) }
        return lines
    }

    /// Sends it a signal, if any, and waits for its end; its status as waitpid(2) gives it.
    func end(_ signal: CInt? = nil) -> CInt {
        guard !isReaped else { return 0 }
        isReaped = true
        if let signal { kill(process, signal) }
        var status: CInt = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func folder() throws -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
        guard count > 0 else { throw SystemFailure(call: "readlink", code: errno) }
        let path = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}

internal import Glibc

/// The standard output: what a command was asked for, and nothing else.
enum StandardOutput {
    /// Writes a line.
    static func writeLine(_ text: String) {
        write(Array((text + "\n").utf8))
    }

    /// Writes all bytes; where nobody reads any more, the command ends as a pipe would have ended it.
    static func write(_ bytes: [UInt8]) {
        guard FileBytes.write(bytes, to: STDOUT_FILENO) else { exit(128 + SIGPIPE) }
    }
}

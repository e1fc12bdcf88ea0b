internal import Glibc

/// The standard error: what a person has to know.
enum StandardError {
    /// Writes a line; where it cannot be written, nobody reads it.
    static func writeLine(_ text: String) {
        _ = FileBytes.write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }
}

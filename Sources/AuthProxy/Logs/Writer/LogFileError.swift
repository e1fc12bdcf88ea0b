internal import Glibc

/// A place for log lines that cannot be written to.
public struct LogFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the lines should go: a path, or `standard output` or `standard error`.
    public var place: String
    /// What the system said (errno).
    public var code: CInt

    /// The place, and the system's words for the code.
    var placeAndReason: String {
        // The text is copied before another call on this thread could change it.
        unsafe "\(place): \(String(cString: strerror(code)))"
    }

    public var description: String { "cannot open the log \(placeAndReason)" }
}

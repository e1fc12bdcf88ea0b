internal import Glibc

/// The descriptors that stand for standard output and standard error: 1 and 2, but in tests.
struct LogStreams {
    var output: CInt
    var error: CInt

    /// Whether both are one file, pipe or terminal: then one sink writes both, and lines never run into each other.
    var areOne: Bool { LogDescriptor.areSame(output, error) }
}

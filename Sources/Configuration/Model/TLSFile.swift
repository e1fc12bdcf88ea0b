/// A PEM file that a configuration names.
public struct TLSFile: Sendable, Equatable {
    /// Its path, absolute or relative to the working directory.
    public var path: String
    /// Stands for what was in the file when the configuration was read: a file that is exchanged makes another
    /// configuration, so that a reload follows it.
    public var mark: Int

    /// Describes a file.
    public init(path: String, contents: [UInt8]) {
        self.path = path
        var hasher = Hasher()
        hasher.combine(contents)
        mark = hasher.finalize()
    }
}

/// One thing that is wrong, or doubtful, in a configuration: where it stands and what to write instead.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was named to the loader.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters (Unicode scalars), from 1.
    public var column: Int
    /// The key, such as `routes[0].match.path`; empty for the file as a whole.
    public var keyPath: String
    /// What is wrong and what to write instead. It never holds a secret.
    public var message: String

    /// Describes a problem.
    public init(file: String, line: Int, column: Int, keyPath: String, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.keyPath = keyPath
        self.message = message
    }

    /// `FILE:LINE:COLUMN: KEY: MESSAGE`, as compilers write it, so that editors find the place.
    public var description: String {
        let place = "\(file):\(line):\(column): "
        return keyPath.isEmpty ? place + message : place + keyPath + ": " + message
    }
}

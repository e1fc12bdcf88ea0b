/// Everything that keeps a configuration from being used, in the order of the file.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// What has to be changed; never empty.
    public var problems: [ConfigurationProblem]
    /// What would not have kept it from being used.
    public var warnings: [ConfigurationProblem]

    /// Describes a refusal.
    public init(problems: [ConfigurationProblem], warnings: [ConfigurationProblem] = []) {
        self.problems = problems
        self.warnings = warnings
    }

    /// One problem a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

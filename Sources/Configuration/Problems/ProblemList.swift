/// Collects what is found while one file is read. It lives as long as one call of the loader, on one thread.
final class ProblemList {
    private let file: String
    private var problems: [ConfigurationProblem] = []
    private var warnings: [ConfigurationProblem] = []

    /// - Parameter file: the file's name for the reports.
    init(file: String) { self.file = file }

    /// Whether anything keeps the file from being used.
    var isEmpty: Bool { problems.isEmpty }

    func report(_ place: SourcePlace, _ keyPath: String, _ message: String) {
        problems.append(problem(place, keyPath, message))
    }

    func report(_ node: ConfigurationNode, _ message: String) {
        report(node.place, node.keyPath, message)
    }

    func warn(_ node: ConfigurationNode, _ message: String) {
        warnings.append(problem(node.place, node.keyPath, message))
    }

    func warn(_ place: SourcePlace, _ keyPath: String, _ message: String) {
        warnings.append(problem(place, keyPath, message))
    }

    /// What was warned about, in the order of the file.
    var sortedWarnings: [ConfigurationProblem] { Self.inOrder(warnings) }

    /// What was reported, in the order of the file.
    var refusal: ConfigurationProblems {
        ConfigurationProblems(problems: Self.inOrder(problems), warnings: sortedWarnings)
    }

    private func problem(_ place: SourcePlace, _ keyPath: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            file: file, line: place.line, column: place.column, keyPath: keyPath, message: message)
    }

    /// A value that two rules look at is told of once.
    private static func inOrder(_ list: [ConfigurationProblem]) -> [ConfigurationProblem] {
        Set(list).sorted { ($0.line, $0.column, $0.keyPath, $0.message) < ($1.line, $1.column, $1.keyPath, $1.message) }
    }
}

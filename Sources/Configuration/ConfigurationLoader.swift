/// Reads a configuration file and judges it as a whole: either each value of it can be used, or every problem is told
/// at once, with its place and with what to write instead.
///
/// Relative paths in the file (secrets, SQLite file, logs, Unix sockets) begin at the folder of the file. From the
/// environment come `JWT_ALGORITHM`, which wins over the file, and the secrets that the file names; where it names
/// none, `JWT_SECRET_KEY`. There are no templates: what stands in the file is what counts.
public enum ConfigurationLoader {
    /// Loads a file.
    ///
    /// - Parameters:
    ///   - path: the file; problems name it as given here.
    ///   - environment: the variables that secrets and `JWT_ALGORITHM` come from.
    ///   - files: the file system.
    ///   - problemOfStore: what is wrong with a store's URL, as a sentence without the URL; nil if nothing is. Whoever
    ///     opens stores knows it better than the loader does.
    /// - Throws: every problem of the file.
    public static func load(
        path: String, environment: [String: String] = ProcessEnvironment.current(),
        files: ConfigurationFiles = .system, problemOfStore: (String) -> String? = { _ in nil }
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let problems = ProblemList(file: path)
        switch files.read(path) {
        case .failure(let error):
            problems.report(.start, "", "cannot be read: \(error)")
            throw problems.refusal
        case .success(let content):
            guard let text = String(validating: content.bytes, as: UTF8.self) else {
                problems.report(.start, "", "is not UTF-8: save it in that encoding")
                throw problems.refusal
            }
            return try load(
                text: text, path: path, environment: environment, files: files, problemOfStore: problemOfStore)
        }
    }

    /// Loads a text that stands for the file at `path`.
    public static func load(
        text: String, path: String, environment: [String: String], files: ConfigurationFiles = .system,
        problemOfStore: (String) -> String? = { _ in nil }
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let problems = ProblemList(file: path)
        guard let root = DocumentComposer.compose(text, problems) else { throw problems.refusal }
        return try withoutActuallyEscaping(problemOfStore) { problemOfStore throws(ConfigurationProblems) in
            let context = ReadingContext(
                problems: problems, environment: environment, files: files,
                folder: folder(of: path), problemOfStore: problemOfStore)
            return try read(root, context)
        }
    }

    private static func read(_ root: YAMLNode, _ context: ReadingContext) throws(ConfigurationProblems)
        -> LoadedConfiguration
    {
        let problems = context.problems
        let node = ConfigurationNode(root, keyPath: "", key: .start)
        guard !node.isAbsent else {
            problems.report(.start, "", DocumentComposer.emptyMessage)
            throw problems.refusal
        }
        var configuration = ProxyConfiguration()
        if let reader = MappingReader(node, context) { configuration.read(reader, context) }
        guard problems.isEmpty else { throw problems.refusal }
        return LoadedConfiguration(configuration: configuration, warnings: problems.sortedWarnings)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

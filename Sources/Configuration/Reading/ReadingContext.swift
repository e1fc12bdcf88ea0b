/// What the readers of the sections share while one file is read.
struct ReadingContext {
    /// Where they report.
    let problems: ProblemList
    /// The environment of the process.
    let environment: [String: String]
    /// The file system.
    let files: ConfigurationFiles
    /// The folder of the configuration file, to which relative paths refer; empty for the working directory.
    let folder: String
    /// What is wrong with a store's URL, as far as the stores themselves know.
    let problemOfStore: (String) -> String?

    /// A path as the process has to open it: relative ones begin at the configuration file's folder.
    func resolved(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder == "/" ? "/" + path : "\(folder)/\(path)"
    }

    /// A file of the configuration may be many things, but its path never holds a byte that ends it early.
    func isPath(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0) && path.utf8.count < 4096
    }
}

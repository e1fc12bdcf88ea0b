internal import ArgumentParser
internal import SallyportConfiguration
internal import Tokens

/// `--config FILE`: the configuration of the proxy whose store and keys a command uses.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration file of the proxy.", valueName: "file"))
    var path: String

    /// Loads the file; what is doubtful about it goes to the standard error.
    ///
    /// - Throws: `ConfigurationProblems`.
    func load() throws(ConfigurationProblems) -> ProxyConfiguration {
        try Self.load(path)
    }

    /// Judges the file and its store's URL.
    static func judge(_ path: String) throws(ConfigurationProblems) -> LoadedConfiguration {
        try ConfigurationLoader.load(path: path, problemOfStore: TokenStoreFactory.problem(with:))
    }

    /// As ``load()``, for a command where the file is optional.
    static func load(_ path: String) throws(ConfigurationProblems) -> ProxyConfiguration {
        let loaded = try judge(path)
        for warning in loaded.warnings { StandardError.writeLine("\(warning) (warning)") }
        return loaded.configuration
    }
}

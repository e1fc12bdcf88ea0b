internal import ArgumentParser
internal import SallyportConfiguration

/// `sallyport serve`: runs the proxy.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the proxy.",
        discussion: """
            SIGHUP reads the configuration anew and reopens the log files; a configuration with problems is reported and the \
            old one stays in force. SIGTERM and SIGINT let requests finish (drain_timeout_seconds) and end; a second one \
            ends at once.
            """)

    @OptionGroup var source: ConfigurationOptions

    func run() throws {
        try ProxyProcess { [path = source.path] () throws(ConfigurationProblems) in
            try ConfigurationOptions.load(path)
        }.run()
    }
}

internal import ArgumentParser
internal import Configuration

/// `sallyport check`: every problem of a configuration, with its place and what to write instead.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell every problem of a configuration.",
        discussion: """
            One line a problem, as FILE:LINE:COLUMN: KEY: what is wrong, and what to write instead. The file is judged \
            as serve would judge it here and now, with this environment and the files that it names.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        do throws(ConfigurationProblems) {
            let loaded = try ConfigurationOptions.judge(options.path)
            for warning in loaded.warnings { StandardOutput.writeLine("\(warning) (warning)") }
            StandardOutput.writeLine("\(options.path): good")
        } catch {
            for problem in error.problems { StandardOutput.writeLine("\(problem)") }
            for warning in error.warnings { StandardOutput.writeLine("\(warning) (warning)") }
            throw CommandFailure.no(error.problems.count == 1 ? "1 problem" : "\(error.problems.count) problems")
        }
    }
}

internal import ArgumentParser
internal import AuthProxy
internal import SallyportConfiguration

/// `sallyport check`: every problem of a configuration, with its place and what to write instead.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell every problem of a configuration.",
        discussion: """
            One line a problem, as FILE:LINE:COLUMN: KEY: what is wrong, and what to write instead. The file is judged \
            as serve would judge it here and now, with this environment and the files that it names. No server is asked, but \
            with --fetch-keys those of the issuers.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Fetch the keys of each issuer once, as serve would, and tell where that fails.")
    var fetchKeys = false

    func run() async throws {
        let loaded: LoadedConfiguration
        do throws(ConfigurationProblems) {
            loaded = try ConfigurationOptions.judge(options.path)
        } catch {
            for problem in error.problems { StandardOutput.writeLine("\(problem)") }
            for warning in error.warnings { StandardOutput.writeLine("\(warning) (warning)") }
            throw Self.failure(error.problems.count)
        }
        for warning in loaded.warnings { StandardOutput.writeLine("\(warning) (warning)") }
        let problems = fetchKeys ? await problemsWithKeys(loaded.configuration.issuers) : []
        for problem in problems { StandardOutput.writeLine("\(options.path): \(problem)") }
        guard problems.isEmpty else { throw Self.failure(problems.count) }
        StandardOutput.writeLine("\(options.path): good")
    }

    private static func failure(_ count: Int) -> CommandFailure { .no(count == 1 ? "1 problem" : "\(count) problems") }

    /// What is wrong with the key servers. They are asked one after the other: there are few.
    private func problemsWithKeys(_ issuers: [IssuerConfiguration]) async -> [String] {
        var problems: [String] = []
        for (index, issuer) in issuers.enumerated() {
            guard case .remote(let remote) = issuer.keys else { continue }
            do throws(KeyFetchError) { _ = try await KeySetOnce.fetch(issuer, remote) } catch {
                problems.append("issuers[\(index)]: the keys of \(issuer.issuer) cannot be fetched: \(error.reason)")
            }
        }
        return problems
    }
}

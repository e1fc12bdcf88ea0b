internal import ArgumentParser
internal import SallyportConfiguration
internal import Tokens

/// Where the keys of a verification come from.
struct KeySourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The proxy's configuration: its keys, its rules and its store.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("keys"),
        help: ArgumentHelp("A file with a JSON Web Key, a set of them, or PEM blocks.", valueName: "file")
    )
    var keyFile: String?

    @Option(help: ArgumentHelp("The environment variable that holds the secret.", valueName: "name"))
    var secretEnv: String?

    @Option(
        name: .customLong("algorithm"),
        help: ArgumentHelp(
            "An algorithm that is allowed; may be repeated.",
            discussion: "Without it, those of the keys; for --secret-env, HS256.", valueName: "alg"))
    var algorithms: [SignatureAlgorithm] = []

    func validate() throws {
        guard [config, keyFile, secretEnv].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Say where the keys are: one of --config, --keys and --secret-env.")
        }
    }

    /// The keys of `--keys` or `--secret-env`.
    func keys() throws(CommandFailure) -> TokenKeys {
        do throws(TokenKeyError) {
            guard let keyFile else { return try TokenKeys(try secretKeys()) }
            return try TokenKeys(
                file: try content(of: keyFile), algorithms: algorithms.isEmpty ? nil : Set(algorithms))
        } catch {
            throw .no("\(error)")
        }
    }

    private func content(of path: String) throws(TokenKeyError) -> [UInt8] {
        switch ConfigurationFiles.system.read(path) {
        case .success(let content): return content.bytes
        case .failure(let error): throw TokenKeyError(.none, "\(path) cannot be read: \(error)")
        }
    }

    /// The secret, once for each algorithm that is allowed for it.
    private func secretKeys() throws(TokenKeyError) -> [TokenKey] {
        let name = secretEnv ?? ""
        guard let secret = ProcessEnvironment.current()[name], !secret.isEmpty else {
            throw TokenKeyError(.empty, "the environment variable \(name) is empty or not set")
        }
        var keys: [TokenKey] = []
        for algorithm in algorithms.isEmpty ? [.hs256] : algorithms {
            keys.append(try TokenKey(secret: Array(secret.utf8), algorithm: algorithm))
        }
        return keys
    }
}

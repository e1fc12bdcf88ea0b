import Foundation
import SallyportTesting

/// A configuration with a store of its own, and the commands on it.
struct Gate {
    static let secret = String(repeating: "k", count: 64)

    let folder: TestFolder
    private(set) var configuration: String
    let environment = ["JWT_SECRET_KEY": Gate.secret]

    /// - Parameter store: the store's URL; without it, a SQLite file in the folder.
    init(
        store: String? = nil, tokens: String = "{leeway_seconds: 0}", logging: String = "{level: info}",
        more: String = ""
    ) throws {
        folder = try TestFolder()
        configuration = try folder.write(
            "sallyport.yaml",
            """
            listeners: [{address: 127.0.0.1:0}]
            tokens: \(tokens)
            store: {url: "\(store ?? "sqlite:store.db")"}
            upstreams: {app: {endpoints: [127.0.0.1:3000]}}
            routes: [{upstream: app}]
            logging: \(logging)
            \(more)

            """)
    }

    /// The same gate, that takes tokens of an issuer whose keys are in a file.
    func taking(_ issuer: SignedIssuer, _ keys: String) throws -> Gate {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        var gate = self
        gate.configuration = try folder.write(
            "issuers.yaml",
            text + "issuers: [{issuer: \"\(issuer.name)\", audiences: [api://shop], jwks: {file: \"\(keys)\"}}]\n")
        return gate
    }

    /// Runs a command with `--config`.
    func run(_ words: String..., input: String = "") throws -> CommandRun {
        let position = words.firstIndex { $0.hasPrefix("-") } ?? words.count
        let all = words[..<position] + ["--config", configuration] + words[position...]
        return try CommandRun(Array(all), environment: environment, input: Array(input.utf8))
    }

    /// An access token of alice.
    func token(_ words: String...) throws -> String {
        let all =
            ["token", "issue", "--config", configuration, "--data", #"{"sub":"alice","roles":["admin"]}"#] + words
        return try CommandRun(all, environment: environment, input: []).lines[0]
    }
}

/// The members of a line of JSON.
func members(_ line: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
}

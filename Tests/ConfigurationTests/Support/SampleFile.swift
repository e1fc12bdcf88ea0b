import SallyportConfiguration

/// A secret long enough for each algorithm.
let longSecret = String(repeating: "k", count: 64)

/// What the loader says to a text in place of `/etc/sallyport/s.yaml`.
struct SampleFile {
    /// Everything that a file needs, in three lines; a fragment begins in line 4.
    static let base = """
        listeners: [{address: 127.0.0.1:0}]
        upstreams: {shop: {endpoints: [127.0.0.1:3000]}}
        routes: [{upstream: shop}]

        """
    /// As ``base`` without routes; a fragment begins in line 3.
    static let withoutRoutes = base.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"

    var text: String
    var environment = ["JWT_SECRET_KEY": longSecret]
    var files: [String: ConfigurationFiles.Content] = [:]

    init(_ text: String) { self.text = text }

    /// The value; a test that expects one fails with the problems.
    func load() throws -> LoadedConfiguration {
        let contents = files
        return try ConfigurationLoader.load(
            text: text, path: "/etc/sallyport/s.yaml", environment: environment,
            files: ConfigurationFiles { path in contents[path].map { .success($0) } ?? .failure(.missing) })
    }

    /// Each problem as `LINE:COLUMN: KEY: MESSAGE`; empty if there is none.
    func problems() -> [String] {
        do {
            _ = try load()
            return []
        } catch let refusal as ConfigurationProblems {
            return refusal.problems.map { String($0.description.dropFirst("/etc/sallyport/s.yaml:".count)) }
        } catch {
            return ["\(error)"]
        }
    }
}

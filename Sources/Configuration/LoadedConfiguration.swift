/// A configuration that can be used, and what is doubtful about it.
public struct LoadedConfiguration: Sendable {
    /// What the proxy follows.
    public var configuration: ProxyConfiguration
    /// What works but is probably not meant, in the order of the file.
    public var warnings: [ConfigurationProblem]
}

/// One application behind the proxy.
public struct UpstreamConfiguration: Sendable, Equatable {
    /// Where it listens; requests go to each in turn.
    public var endpoints: [ListenerConfiguration.Address]
    /// How many idle connections each worker keeps for it.
    public var maxIdleConnections: Int = 64

    /// Describes an upstream.
    public init(endpoints: [ListenerConfiguration.Address]) {
        self.endpoints = endpoints
    }
}

public import EventIO

/// How a store's connections speak TLS: those to Redis, and those to sentinels.
public struct RedisTLS: Sendable {
    /// Whom to trust, and what to show; one context serves the stores of all loops.
    public var context: TLSClientContext
    /// The name that every server's certificate has to be for; nil for each server's own, as the URL, the sentinels or
    /// the cluster tell it.
    public var serverName: String?

    /// Describes it.
    public init(_ context: TLSClientContext, serverName: String? = nil) {
        self.context = context
        self.serverName = serverName
    }
}

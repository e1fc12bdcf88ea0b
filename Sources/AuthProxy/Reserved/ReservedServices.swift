public import SallyportConfiguration
public import Tokens

/// What the endpoints of the reserved path work with.
public struct ReservedServices: Sendable {
    /// Tokens and sessions.
    public var manager: JWTManager
    /// The keys of signed assertions, which are published beside those of tokens; nil: none.
    public var assertionKeys: TokenKeys?
    /// The audit log.
    public var audit: AuditLog
    /// The counters of all loops.
    public var counters: Counters
    /// The configuration in force.
    public var configuration: ProxyConfiguration
    /// Whether the proxy is on its way out.
    public var isDraining: Bool
}

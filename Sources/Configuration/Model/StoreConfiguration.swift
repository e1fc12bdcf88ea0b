/// The `store:` section.
public struct StoreConfiguration: Sendable, Equatable {
    /// Where tokens are kept: `memory:`, `sqlite:PATH`, `redis://[USER[:PASSWORD]@]HOST[:PORT][/DB]`, `unix://PATH[?db=N]`,
    /// `redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT],…/SERVICE[/DB]`, `redis+cluster://[USER[:PASSWORD]@]HOST[:PORT],…`;
    /// `rediss` in place of `redis` for TLS.
    public var url: String = "sqlite:state/sallyport.db"
    /// How TLS is spoken where the URL asks for it.
    public var tls = TLSClientConfiguration()
    /// What each Redis key begins with.
    public var keyPrefix: String = "jwt:"
    /// Whether a Redis that may evict refuses the start.
    public var requiresNoEviction: Bool = false
    /// Deadline of one store command, in milliseconds.
    public var commandTimeoutMilliseconds: Int = 250
    /// For how long at most a revocation made elsewhere may go unnoticed over Redis, in milliseconds: a connection for
    /// announcements that has not answered for so long counts as lost.
    public var revocationStalenessMaxMilliseconds: Int = 1000
    /// How often expired entries are removed where expiry is not automatic, in seconds.
    public var cleanupIntervalSeconds: Double = 60

    /// The defaults.
    public init() {}
}

/// Everything that a running Sallyport follows, validated: the value of one configuration file and the environment.
public struct ProxyConfiguration: Sendable {
    /// Event loops; `nil` means one per core.
    public var workers: Int? = nil
    /// Where clients connect.
    public var listeners: [ListenerConfiguration] = []
    /// Where operators look; nil: nowhere.
    public var admin: AdminConfiguration? = nil
    /// Peers whose forwarding fields are believed.
    public var trustedProxies: [AddressRange] = []
    /// Lifetimes, keys and bindings of our tokens.
    public var tokens = TokenConfiguration()
    /// Others whose access tokens are taken.
    public var issuers: [IssuerConfiguration] = []
    /// Names and attributes of our cookies.
    public var cookies = CookieConfiguration()
    /// Where tokens are kept.
    public var store = StoreConfiguration()
    /// The applications, by name.
    public var upstreams: [String: UpstreamConfiguration] = [:]
    /// What is served; the most specific match wins.
    public var routes: [RouteConfiguration] = []
    /// The keys of signed assertions; the first one signs, all are published.
    public var assertionKeys: [TokenConfiguration.Key] = []
    /// Limits and time-outs.
    public var limits = LimitConfiguration()
    /// Logs.
    public var logging = LoggingConfiguration()
    /// How long SIGTERM lets exchanges finish, in seconds.
    public var drainTimeoutSeconds: Double = 30

    /// The defaults; a loader or a test fills in the rest.
    public init() {}
}

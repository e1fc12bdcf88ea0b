/// One application behind the proxy.
public struct UpstreamConfiguration: Sendable, Equatable {
    /// Which endpoint gets the next request.
    public enum Balance: String, Sendable, CaseIterable {
        /// Each in turn.
        case roundRobin = "round_robin"
        /// Of two that are drawn, the one that is busy with fewer requests.
        case leastRequests = "least_requests"
    }

    /// When an endpoint that fails requests gets none for a while.
    public struct Ejection: Sendable, Equatable {
        /// Failures in a row; 0: never.
        public var failures: Int = 5
        /// For how long the first time; then twice as long, and so on.
        public var baseSeconds: Double = 1
        /// For how long at most.
        public var maxSeconds: Double = 60
        /// How many of the endpoints may be out for failures behind the connection, which a request may have caused.
        public var maxPercent: Int = 50

        /// The defaults.
        public init() {}
    }

    /// Questions that tell whether an endpoint works.
    public struct HealthCheck: Sendable, Equatable {
        /// What is asked for; 200 to 399 is good.
        public var path: String
        /// The `Host` of the question; nil: the upstream's name.
        public var host: String?
        /// From one question to the next.
        public var intervalSeconds: Double = 5
        /// For an answer.
        public var timeoutSeconds: Double = 2
        /// Bad answers in a row until the endpoint is down.
        public var unhealthyAfter: Int = 3
        /// Good answers in a row until it is up again.
        public var healthyAfter: Int = 2

        /// Asks for a path.
        public init(path: String) { self.path = path }
    }

    /// Where it listens.
    public var endpoints: [ListenerConfiguration.Address]
    /// How TLS is spoken to it; nil where it is not.
    public var tls: TLSClientConfiguration?
    /// Which of them gets a request.
    public var balance: Balance = .roundRobin
    /// How often names are looked up again; 0: only at start and reload.
    public var resolveIntervalSeconds: Double = 30
    /// How many idle connections each worker keeps for it.
    public var maxIdleConnections: Int = 1024
    /// Connections of each worker per endpoint; nil: as ``LimitConfiguration/maxUpstreamConnections``.
    public var maxConnections: Int?
    /// Requests of each worker that wait; nil: as ``LimitConfiguration/upstreamQueue``.
    public var queue: Int?
    /// How long they wait; nil: as ``LimitConfiguration/upstreamQueueTimeoutSeconds``.
    public var queueTimeoutSeconds: Double?
    /// To connect; nil: as the limits say, as with the next three.
    public var connectTimeoutSeconds: Double?
    /// From the request's last byte to the first of the answer.
    public var firstByteTimeoutSeconds: Double?
    /// Without progress in a body.
    public var idleTimeoutSeconds: Double?
    /// For an idle connection.
    public var keepAliveTimeoutSeconds: Double?
    /// How old a connection gets before it serves no further request; 0: no limit.
    public var maxConnectionAgeSeconds: Double = 0
    /// How many requests in a hundred may be sent a second time, beyond ten a second.
    public var retryPercent: Int = 20
    /// When an endpoint gets no requests for a while.
    public var ejection = Ejection()
    /// Questions to the endpoints; nil: none.
    public var healthCheck: HealthCheck?

    /// Describes an upstream.
    public init(endpoints: [ListenerConfiguration.Address]) {
        self.endpoints = endpoints
    }
}

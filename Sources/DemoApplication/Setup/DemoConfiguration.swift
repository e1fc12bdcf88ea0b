public import SallyportConfiguration

/// The gate's configuration for the demo: what a file would say, as a value.
public enum DemoConfiguration {
    /// The lifetime of the demo's access tokens where nobody asks for another: short, so that a visitor sees one
    /// expire. In production it is 1800 s.
    public static let accessTokenExpireSeconds: Int64 = 60
    /// How long a superseded refresh token is forgiven: short, so that a visitor sees a thief caught. In production it
    /// is 30 s.
    public static let rotationGraceSeconds: Int64 = 5

    /// Everything that the gate follows.
    ///
    /// - Parameters:
    ///   - listener: where clients connect.
    ///   - application: where the demo application listens.
    ///   - storeURL: as `store.url`; nil for the embedded store in the state folder.
    public static func make(
        listener: ListenerConfiguration.Address, application: ListenerConfiguration.Address, state: StateFolder,
        accessTokenExpireSeconds: Int64 = accessTokenExpireSeconds, storeURL: String? = nil
    ) -> ProxyConfiguration {
        var configuration = ProxyConfiguration()
        configuration.listeners = [ListenerConfiguration(address: listener)]
        configuration.upstreams = ["demo": UpstreamConfiguration(endpoints: [application])]
        configuration.tokens.keys = [
            TokenConfiguration.Key(identifier: nil, algorithm: "HS256", secret: state.secret)
        ]
        configuration.tokens.accessTokenExpireSeconds = accessTokenExpireSeconds
        // Late, so that what the page calls expired has really expired.
        configuration.tokens.refreshAheadSeconds = accessTokenExpireSeconds / 6
        configuration.tokens.rotationGraceSeconds = rotationGraceSeconds
        // Plain HTTP on the own machine: curl would not send Secure cookies back, and `__Host-` demands them.
        configuration.cookies.isSecure = false
        configuration.cookies.access = "sallyport-access"
        configuration.cookies.refresh = "sallyport-refresh"
        configuration.store.url = storeURL ?? "sqlite:\(state.database)"
        configuration.logging.audit = .file(state.auditLog)
        configuration.routes = routes
        return configuration
    }

    private static var routes: [RouteConfiguration] {
        [
            route("page", .prefix("/")) { route in
                route.authentication = .optional
                route.defaultClientKind = .navigation
            },
            route("whoami", .exact("/whoami")) { _ in },
            route("echo", .exact("/echo")) { route in
                route.accept = [.access, .websocket]
                route.tokenSources = [.websocketProtocol, .authorization, .cookie]
            },
            // Nothing is verified where people sign in: a cookie that is worth nothing any more must not keep them out.
            route("login", .exact("/login")) { route in
                route.authentication = .none
                route.mayIssueSessions = true
            },
            route("json-login", .exact("/json-login")) { route in
                route.authentication = .none
                route.mayIssueSessions = true
                route.sessionDelivery = .json
            },
            route("assets", .prefix("/assets")) { route in route.authentication = .none },
        ]
    }

    private static func route(
        _ name: String, _ path: RouteConfiguration.PathMatch, _ adjust: (inout RouteConfiguration) -> Void
    )
        -> RouteConfiguration
    {
        var route = RouteConfiguration(name: name, upstream: "demo")
        route.path = path
        route.loginURL = "/login"
        route.identityHeaders = DemoIdentity.headers
        route.maxBodyBytes = Int64(DemoConnection.bodyLimit)
        adjust(&route)
        return route
    }
}

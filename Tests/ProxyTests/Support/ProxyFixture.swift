import AuthProxy
import SallyportConfiguration
import Foundation
import SallyportTesting
import Tokens

/// An application, a proxy in front of it on a free port, its store and its clock, for one test.
final class ProxyFixture: Sendable {
    static let secretText = "0123456789abcdef0123456789abcdef"
    static let secret = Array(secretText.utf8)
    static let accessCookie = "__Host-sallyport-access"
    static let refreshCookie = "__Host-sallyport-refresh"

    let origin: TestOrigin
    let store: FaultyStore
    let clock: ManualClock
    let folder: TestFolder
    let server: RunningProxy

    /// Where the proxy's first listener waits.
    var address: SocketAddress { server.addresses[0] }
    /// The lines of the access log so far.
    var accessLog: String { folder.text(of: "access.log") }
    /// The lines of the audit log so far.
    var auditLog: String { folder.text(of: "audit.log") }

    private init(
        origin: TestOrigin, store: FaultyStore, clock: ManualClock, folder: TestFolder, server: RunningProxy
    ) {
        self.origin = origin
        self.store = store
        self.clock = clock
        self.folder = folder
        self.server = server
    }

    /// Runs a test's body in front of a proxy that is stopped afterwards, whatever happens.
    ///
    /// - Parameters:
    ///   - store: what stands behind the ``FaultyStore`` that the proxy gets.
    ///   - configure: changes ``configuration(origin:folder:)``.
    ///   - origin: what the application does; `/login` and `/tokens` are answered before by ``signsIn(_:)``.
    static func run(
        store: any TokenStore = MemoryTokenStore(), clock: ManualClock = ManualClock(),
        configure: (inout ProxyConfiguration) -> Void = { _ in },
        origin script: @escaping TestOrigin.Script = { try $0.perform(.echo(try $0.readBody())) },
        receiveBuffer: Int32? = nil,
        _ body: (ProxyFixture) async throws -> Void
    ) async throws {
        let origin = try TestOrigin(receiveBuffer: receiveBuffer) { exchange in
            if try !signsIn(exchange) { try script(exchange) }
        }
        defer { origin.stop() }
        let folder = try TestFolder()
        defer { folder.remove() }
        let faulty = FaultyStore(store)
        var configuration = configuration(origin: origin, folder: folder)
        configure(&configuration)
        let server = try RunningProxy.start(configuration, store: faulty, clock: clock)
        let fixture = ProxyFixture(origin: origin, store: faulty, clock: clock, folder: folder, server: server)
        do {
            try await body(fixture)
        } catch {
            faulty.release()
            server.stop()
            throw error
        }
        faulty.release()
        server.stop()
    }

    /// What the login page of the application does: it signs in whoever the body names, on `/login` with cookies and
    /// on `/tokens` with JSON.
    private static func signsIn(_ exchange: OriginExchange) throws -> Bool {
        let path = exchange.request.target.prefix { $0 != "?" }
        guard exchange.request.method == "POST", path == "/login" || path == "/tokens" else { return false }
        let claims = try exchange.readBody().text
        try exchange.perform(
            .response(200, [("Sallyport-Issue-Session", claims), ("Content-Type", "text/plain")], body: "welcome"))
        return true
    }

    /// One worker; the routes that most tests need.
    static func configuration(origin: TestOrigin, folder: TestFolder) -> ProxyConfiguration {
        var configuration = ProxyConfiguration()
        configuration.workers = 1
        configuration.listeners = [ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))]
        configuration.tokens.keys = [.init(identifier: nil, algorithm: "HS256", secret: secret)]
        configuration.upstreams = ["shop": UpstreamConfiguration(endpoints: [endpoint(of: origin)])]
        configuration.logging.access = .file(folder.path + "/access.log")
        configuration.logging.audit = .file(folder.path + "/audit.log")
        configuration.logging.level = "error"
        configuration.drainTimeoutSeconds = 0.2
        configuration.routes = [
            route("/", .required),
            route("/public", .none),
            route("/optional", .optional),
            route("/login", .none) { $0.mayIssueSessions = true },
            route("/tokens", .none) {
                $0.mayIssueSessions = true
                $0.sessionDelivery = .json
            },
            route("/account", .required) { $0.mayIssueSessions = true },
            route("/socket-token-only", .required) { $0.accept = [.websocket] },
            route("/socket", .required) { $0.accept = [.access, .websocket] },
        ]
        return configuration
    }

    /// A route with the identity headers of all routes.
    static func route(
        _ prefix: String, _ authentication: RouteConfiguration.Authentication, upstream: String = "shop",
        _ change: (inout RouteConfiguration) -> Void = { _ in }
    ) -> RouteConfiguration {
        var route = RouteConfiguration(name: prefix, upstream: upstream)
        route.path = .prefix(prefix)
        route.authentication = authentication
        route.loginURL = "/login"
        route.identityHeaders = [
            (name: "X-User-Id", claim: "sub"), (name: "X-User-Roles", claim: "roles"),
            (name: "X-Token-Id", claim: "jti"), (name: "X-Tenant", claim: "organisation.tenant"),
        ]
        change(&route)
        return route
    }

    /// An origin as an upstream's endpoint.
    static func endpoint(of origin: TestOrigin) -> ListenerConfiguration.Address {
        switch origin.address {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    /// A connection to the proxy.
    func client(from source: String? = nil, receiveBuffer: Int32? = nil, patience: Duration = .seconds(20)) throws
        -> RawClient
    {
        try RawClient(address, from: source, receiveBuffer: receiveBuffer, patience: patience)
    }

    /// The requests that the application got, without the logins.
    var requests: [RecordedRequest] {
        origin.requests.filter { !$0.target.hasPrefix("/login") && !$0.target.hasPrefix("/tokens") }
    }
}

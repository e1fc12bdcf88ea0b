import Admin
import AuthProxy
import SallyportConfiguration
import Logging
import SallyportTesting
import Tokens

/// The proxy as it is started by a program, in one place for all tests.
struct RunningProxy: Sendable {
    /// Where it listens, in the order of the configuration.
    let addresses: [SocketAddress]
    let server: ProxyServer
    private let writer: LogWriter

    static func start(_ configuration: ProxyConfiguration, store: any TokenStore, clock: ManualClock) throws
        -> RunningProxy
    {
        let writer = try LogWriter(configuration.logging)
        let logger = ProxyLog(writer, level: Logger.Level(rawValue: configuration.logging.level) ?? .error)
            .logger("proxy")
        let parts = ProxyServer.Parts(
            clock: clock.wallClock, logWriter: writer, logger: logger, endpoints: EndpointRouter(),
            openStore: { _, _ in store })
        let server = try ProxyServer(configuration, parts)
        return RunningProxy(addresses: try server.addresses.map(address), server: server, writer: writer)
    }

    /// Ends it; exchanges under way get a moment. Its logs are complete then.
    func stop() {
        server.drain(timeout: .milliseconds(200))
        writer.close(timeout: .seconds(5))
    }

    private static func address(_ text: String) throws -> SocketAddress {
        if text.hasPrefix("unix:") { return .unix(path: String(text.dropFirst(5))) }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw SocketFailure.malformed("a listener's address: \(text)")
        }
        return .tcp(host: text[..<colon].filter { $0 != "[" && $0 != "]" }, port: port)
    }
}

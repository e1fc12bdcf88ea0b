internal import Admin
internal import AuthProxy
internal import Configuration
internal import Logging
internal import Tokens

/// Puts the parts of the server together: which store, which endpoints.
enum ProxyParts {
    /// The parts for a process that serves.
    static func make(_ writer: LogWriter, _ logger: Logger) -> ProxyServer.Parts {
        ProxyServer.Parts(logWriter: writer, logger: logger, endpoints: EndpointRouter()) {
            configuration, context in
            let log: @Sendable (String) -> Void = { sentence in logger.warning("\(sentence)") }
            if TokenStoreFactory.isRedis(configuration.store) {
                return try TokenStoreFactory.open(configuration.store, on: context.loop, log: log)
            }
            if let first = context.first { return first }
            return try TokenStoreFactory.open(configuration.store, log: log)
        }
    }
}

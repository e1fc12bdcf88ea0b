internal import Admin
internal import AuthProxy
internal import Configuration
internal import Logging
internal import Tokens

/// Puts the parts of the server together: which store, which endpoints.
enum ProxyParts {
    /// The parts for a process that serves.
    static func make(_ writer: LogWriter, _ logger: Logger) -> ProxyServer.Parts {
        ProxyServer.Parts(logWriter: writer, logger: logger, endpoints: EndpointRouter()) { configuration, context in
            // The embedded stores have threads of their own, and one serves all loops.
            if let first = context.first { return first }
            return try TokenStoreFactory.open(configuration.store) { sentence in logger.warning("\(sentence)") }
        }
    }
}

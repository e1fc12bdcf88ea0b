internal import Admin
internal import AuthProxy
internal import SallyportConfiguration
internal import Logging
internal import Tokens

/// Puts the parts of the server together: which store, which endpoints.
enum ProxyParts {
    /// The parts for a process that serves.
    ///
    /// - Parameter sentences: gets what the stores have to say.
    static func make(_ writer: LogWriter, _ logger: Logger, _ sentences: StoreSentences) -> ProxyServer.Parts {
        ProxyServer.Parts(logWriter: writer, logger: logger, endpoints: EndpointRouter()) {
            configuration, context in
            let log: @Sendable (String) -> Void = { sentences.say($0) }
            if TokenStoreFactory.isRedis(configuration.store) {
                return try TokenStoreFactory.open(
                    configuration.store, on: context.loop, beside: context.first, log: log)
            }
            if let first = context.first { return first }
            return try TokenStoreFactory.open(configuration.store, log: log)
        }
    }
}

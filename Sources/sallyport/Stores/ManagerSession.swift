internal import AuthProxy
internal import Configuration
internal import Tokens

/// A `JWTManager` over the configured store, for the time of one command.
enum ManagerSession {
    /// Opens the store, runs the body and closes the store, whatever happens.
    ///
    /// - Parameters:
    ///   - clock: what tells the time.
    ///   - adjust: changes settings for this command.
    static func run<Value>(
        _ configuration: ProxyConfiguration, clock: WallClock = .system,
        adjust: (inout TokenSettings) -> Void = { _ in }, _ body: (JWTManager) async throws -> Value
    ) async throws -> Value {
        let keys: TokenKeys
        do { keys = try TokenKeys(configuration.tokens) } catch { throw CommandFailure.no("\(error)") }
        var settings = TokenSettings(configuration.tokens)
        adjust(&settings)
        let store = try TokenStoreFactory.open(configuration.store, watchesVerdicts: false) {
            StandardError.writeLine("sallyport: \($0)")
        }
        let manager = JWTManager(keys: keys, store: store, settings: settings, clock: clock)
        do {
            let value = try await body(manager)
            await store.close()
            return value
        } catch {
            await store.close()
            if let error = error as? TokenError { throw CommandFailure(error) }
            throw error
        }
    }
}

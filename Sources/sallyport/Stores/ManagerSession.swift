internal import AuthProxy
internal import SallyportConfiguration
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
        let issuers = configuration.issuers.map { ForeignIssuer($0, configuration.tokens, keys: fetchedKeys(of: $0)) }
        let manager = JWTManager(keys: keys, store: store, settings: settings, issuers: issuers, clock: clock)
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

    /// The keys of an issuer whose server is asked when the first of its tokens needs them; nil for those of a file.
    private static func fetchedKeys(of issuer: IssuerConfiguration) -> IssuerKeys? {
        guard case .remote(let remote) = issuer.keys else { return nil }
        return KeySetOnce.keys(of: issuer, remote) { error in
            StandardError.writeLine("sallyport: the keys of \(issuer.issuer) cannot be fetched: \(error.reason)")
        }
    }
}

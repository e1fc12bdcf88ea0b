internal import Configuration
internal import RedisTokenStore
internal import SQLiteTokenStore
internal import Tokens

/// Opens the store that a configuration names: the one place that knows all of them.
enum TokenStoreFactory {
    /// Opens a store.
    ///
    /// - Parameters:
    ///   - configuration: as the loader made it.
    ///   - log: gets sentences for the operator, on any thread.
    /// - Throws: `.no` for a URL that names no store, `.storeUnreachable` for one that cannot be opened.
    static func open(
        _ configuration: StoreConfiguration, log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) -> any TokenStore {
        let timeout = Duration.milliseconds(configuration.commandTimeoutMilliseconds)
        let url = configuration.url
        let scheme = url.prefix { $0 != ":" }
        switch scheme {
        case "memory": return MemoryTokenStore()
        case "sqlite":
            do throws(TokenStoreError) {
                return try SQLiteStore(path: String(url.dropFirst(7)), commandTimeout: timeout, log: log)
            } catch {
                throw .storeUnreachable("\(error)")
            }
        default: throw .no("store.url has an unknown scheme")
        }
    }
}

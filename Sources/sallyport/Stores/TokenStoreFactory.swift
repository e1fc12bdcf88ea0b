internal import Configuration
internal import EventIO
internal import RedisTokenStore
internal import SQLiteTokenStore
internal import Tokens

/// Opens the store that a configuration names: the one place that knows all of them.
enum TokenStoreFactory {
    /// Whether it is a Redis: its connections live on the loop that asks, so that each loop has a store of its own, and
    /// it forgets by itself. The other stores have threads of their own, and one of them serves all loops.
    static func isRedis(_ configuration: StoreConfiguration) -> Bool {
        isRedis(configuration.url)
    }

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - configuration: as the loader made it.
    ///   - loop: the loop whose tasks will call the store; nil for callers on any thread.
    ///   - watchesVerdicts: whether changes by others are announced; a command that asks once needs none.
    ///   - log: gets sentences for the operator, on any thread.
    /// - Throws: `.no` for a URL that names no store, `.storeUnreachable` for one that cannot be opened.
    static func open(
        _ configuration: StoreConfiguration, on loop: EventLoop? = nil, watchesVerdicts: Bool = true,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) -> any TokenStore {
        let timeout = Duration.milliseconds(configuration.commandTimeoutMilliseconds)
        switch scheme(of: configuration.url) {
        case "memory": return MemoryTokenStore()
        case "sqlite":
            do throws(TokenStoreError) {
                return try SQLiteStore(path: String(configuration.url.dropFirst(7)), commandTimeout: timeout, log: log)
            } catch {
                throw .storeUnreachable("\(error)")
            }
        case "redis", "unix", "redis+sentinel", "redis+cluster":
            do {
                return try RedisStore(
                    url: configuration.url, keyPrefix: configuration.keyPrefix, commandTimeout: timeout, on: loop,
                    watchesVerdicts: watchesVerdicts, log: log)
            } catch let error as RedisURLError {
                throw .no("store.url: \(error)")
            } catch {
                throw .storeUnreachable("\(error)")
            }
        default: throw .no("store.url has an unknown scheme")
        }
    }

    /// What is wrong with a URL, judged without opening anything; nil if nothing is. The sentence does not hold it.
    static func problem(with url: String) -> String? {
        guard isRedis(url) else { return nil }
        do throws(RedisURLError) { try RedisStore.check(url: url) } catch { return "\(error)" }
        return nil
    }

    private static func isRedis(_ url: String) -> Bool {
        ["redis", "unix", "redis+sentinel", "redis+cluster"].contains(scheme(of: url))
    }

    private static func scheme(of url: String) -> String { String(url.prefix { $0 != ":" }).lowercased() }
}

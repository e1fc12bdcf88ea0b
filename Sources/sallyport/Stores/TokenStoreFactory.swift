internal import SallyportConfiguration
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

    /// The path of an SQLite store; nil for any other.
    static func path(of configuration: StoreConfiguration) -> String? {
        scheme(of: configuration.url) == "sqlite" ? String(configuration.url.dropFirst(7)) : nil
    }

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - configuration: as the loader made it.
    ///   - loop: the loop whose tasks will call the store; nil for callers on any thread.
    ///   - sibling: a store of the same configuration for another loop, if there is one.
    ///   - watchesVerdicts: whether changes by others are announced; a command that asks once needs none.
    ///   - log: gets sentences for the operator, on any thread.
    /// - Throws: `.no` for a URL that names no store, `.storeUnreachable` for one that cannot be opened.
    static func open(
        _ configuration: StoreConfiguration, on loop: EventLoop? = nil, beside sibling: (any TokenStore)? = nil,
        watchesVerdicts: Bool = true,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) -> any TokenStore {
        let timeout = Duration.milliseconds(configuration.commandTimeoutMilliseconds)
        switch scheme(of: configuration.url) {
        case "memory": return MemoryTokenStore()
        case "sqlite":
            do throws(TokenStoreError) {
                return try SQLiteStore(path: path(of: configuration) ?? "", commandTimeout: timeout, log: log)
            } catch {
                throw .storeUnreachable("\(error)")
            }
        case let scheme where redisSchemes.contains(scheme):
            do {
                return try RedisStore(
                    url: configuration.url, keyPrefix: configuration.keyPrefix,
                    tls: (sibling as? RedisStore)?.tls ?? tls(configuration), commandTimeout: timeout, on: loop,
                    watchesVerdicts: watchesVerdicts,
                    stalenessBound: .milliseconds(configuration.revocationStalenessMaxMilliseconds), log: log)
            } catch let error as RedisURLError {
                throw .no("store.url: \(error)")
            } catch let error as TLSError {
                throw .no("store.tls: \(error)")
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

    /// How TLS is spoken to a Redis; nil where the URL does not ask for it.
    static func tls(_ configuration: StoreConfiguration) throws(TLSError) -> RedisTLS? {
        guard scheme(of: configuration.url).hasPrefix("rediss") else { return nil }
        return RedisTLS(try TLSClientContext(configuration.tls.settings()), serverName: configuration.tls.serverName)
    }

    private static let redisSchemes: Set<String> = [
        "redis", "unix", "redis+sentinel", "redis+cluster", "rediss", "rediss+sentinel", "rediss+cluster",
    ]

    private static func isRedis(_ url: String) -> Bool { redisSchemes.contains(scheme(of: url)) }

    private static func scheme(of url: String) -> String { String(url.prefix { $0 != ":" }).lowercased() }
}

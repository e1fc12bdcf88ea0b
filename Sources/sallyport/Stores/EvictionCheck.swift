internal import Configuration
internal import Logging
internal import RedisTokenStore
internal import Tokens

/// Looks, at the start, whether a Redis may throw sessions away when its memory is full: that signs users out at random.
enum EvictionCheck {
    /// Warns of such a Redis, and refuses it with `store.require_noeviction`. One that does not answer now is not
    /// waited for: requests get 503 until it does.
    ///
    /// - Throws: `.no` where eviction is refused.
    static func run(_ configuration: StoreConfiguration, _ logger: Logger) throws(CommandFailure) {
        guard TokenStoreFactory.isRedis(configuration) else { return }
        let failure = BlockingWait.value { await Self.failure(of: configuration, logger) }
        switch failure {
        case nil: return
        case let refusal as RedisPolicyError: throw .no("store.require_noeviction: \(refusal.reason)")
        case let failure?:
            logger.warning("whether this Redis may throw sessions away could not be asked: \(failure)")
        }
    }

    private static func failure(of configuration: StoreConfiguration, _ logger: Logger) async -> (any Error)? {
        do {
            let store = try RedisStore(
                url: configuration.url, keyPrefix: configuration.keyPrefix,
                commandTimeout: .milliseconds(configuration.commandTimeoutMilliseconds), watchesVerdicts: false,
                log: { sentence in logger.warning("\(sentence)") })
            do {
                try await store.checkServer(requiresNoEviction: configuration.requiresNoEviction)
                await store.close()
                return nil
            } catch {
                await store.close()
                return error
            }
        } catch {
            return error
        }
    }
}

internal import SallyportConfiguration
internal import Logging
internal import RedisTokenStore
internal import Tokens

/// Looks, at the start, whether a Redis may throw sessions away when its memory is full: that signs users out at random.
enum EvictionCheck {
    /// Warns of such a Redis, and refuses it with `store.require_noeviction`. One that does not answer now is not
    /// waited for: requests get 503 until it does.
    ///
    /// - Parameter sentences: gets what the store has to say.
    /// - Throws: `.no` where eviction is refused.
    static func run(
        _ configuration: StoreConfiguration, _ logger: Logger, _ sentences: StoreSentences
    ) throws(CommandFailure) {
        guard TokenStoreFactory.isRedis(configuration) else { return }
        let failure = BlockingWait.value { await Self.failure(of: configuration, sentences) }
        switch failure {
        case nil: return
        case let refusal as RedisPolicyError: throw .no("store.require_noeviction: \(refusal.reason)")
        case let error as TokenStoreError where error.kind == .unreachable || error.kind == .timedOut:
            // The store has said why.
            logger.warning("whether this Redis may throw sessions away could not be asked")
        case let failure?:
            logger.warning("whether this Redis may throw sessions away could not be asked: \(failure)")
        }
    }

    private static func failure(
        of configuration: StoreConfiguration, _ sentences: StoreSentences
    ) async -> (any Error)? {
        do {
            let store = try RedisStore(
                url: configuration.url, keyPrefix: configuration.keyPrefix,
                tls: try TokenStoreFactory.tls(configuration),
                commandTimeout: .milliseconds(configuration.commandTimeoutMilliseconds), watchesVerdicts: false,
                log: { sentences.say($0) })
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

import SallyportTesting
import Testing
import Tokens

@testable import RedisTokenStore

/// The contract of all stores over TLS, with servers that ask for a certificate.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct RedisTLSContractTests {
    private static let traits = TokenStoreContract.Traits(expiresByItself: true, announcesChanges: true)

    @Test("The Redis store keeps the contract over TLS", arguments: TokenStoreContract.checks)
    func single(_ check: TokenStoreContract.Check) async throws {
        try await run(check, at: SharedSecureRedis.server().url)
    }

    @Test(
        "The Redis store keeps the contract over TLS, with a master that sentinels name",
        arguments: TokenStoreContract.checks)
    func sentinel(_ check: TokenStoreContract.Check) async throws {
        try await run(check, at: SharedSecureRedis.sentinels().url)
    }

    @Test(
        "The Redis store keeps the contract over TLS, on a cluster of three masters",
        arguments: TokenStoreContract.checks)
    func cluster(_ check: TokenStoreContract.Check) async throws {
        try await run(check, at: SharedSecureRedis.cluster().url)
    }

    private func run(_ check: TokenStoreContract.Check, at url: String) async throws {
        #expect(url.hasPrefix("rediss"))
        let store = try RedisStore(
            url: url, keyPrefix: SharedRedis.prefix(), tls: SharedSecureRedis.tls(), commandTimeout: .seconds(10))
        try await check.run(store, Self.traits)
        await store.close()
    }
}

import EventIO
import SallyportTesting
import Testing
import Tokens

@testable import RedisTokenStore

/// The contract of all stores, over each way to a real Redis.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct RedisStoreContractTests {
    private static let traits = TokenStoreContract.Traits(expiresByItself: true, announcesChanges: true)

    @Test("The Redis store keeps the contract over TCP", arguments: TokenStoreContract.checks)
    func overTCP(_ check: TokenStoreContract.Check) async throws {
        let server = try SharedRedis.server()
        let store = try RedisStore(url: server.url, keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10))
        try await check.run(store, Self.traits)
        await store.close()
    }

    @Test(
        "The Redis store keeps the contract over a Unix socket, in another database",
        arguments: TokenStoreContract.checks)
    func overUnixSocket(_ check: TokenStoreContract.Check) async throws {
        let server = try SharedRedis.server()
        let store = try RedisStore(
            url: server.unixURL + "?db=7", keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10))
        try await check.run(store, Self.traits)
        await store.close()
    }

    @Test("The Redis store keeps the contract on a loop that it was given", arguments: TokenStoreContract.checks)
    func onLoop(_ check: TokenStoreContract.Check) async throws {
        let server = try SharedRedis.server()
        let thread = try LoopThread(name: "test")
        let store = try RedisStore(
            url: server.url, keyPrefix: SharedRedis.prefix(), commandTimeout: .seconds(10), on: thread.loop)
        let result: Result<Void, any Error> = await withCheckedContinuation { done in
            thread.loop.startTask {
                do {
                    try await check.run(store, Self.traits)
                    done.resume(returning: .success(()))
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
        }
        await store.close()
        thread.join()
        try result.get()
    }

    @Test(
        "The Redis store keeps the contract as a user who has only the rights that are documented",
        arguments: TokenStoreContract.checks)
    func withRights(_ check: TokenStoreContract.Check) async throws {
        let server = try SharedRedis.server()
        let prefix = SharedRedis.prefix()
        let user = "u" + prefix.dropLast()
        try server.command(
            words: ["ACL", "SETUSER", user, "on", ">s3cret"] + RedisStore.rights(keyPrefix: prefix))
        let store = try RedisStore(
            url: "redis://\(user):s3cret@127.0.0.1:\(server.port)", keyPrefix: prefix, commandTimeout: .seconds(10))
        try await check.run(store, Self.traits)
        await store.close()
        try server.command("ACL", "DELUSER", user)
    }
}

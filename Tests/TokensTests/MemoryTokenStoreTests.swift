import SallyportTesting
import Testing
import Tokens

@Suite(.timeLimit(.minutes(1)))
struct MemoryTokenStoreTests {
    @Test("The memory store keeps the contract of all stores", arguments: TokenStoreContract.checks)
    func contract(_ check: TokenStoreContract.Check) async throws {
        let store = MemoryTokenStore()
        try await check.run(store, TokenStoreContract.Traits(expiresByItself: false, announcesChanges: true))
        await store.close()
    }
}

import AuthProxy
import Testing
import Tokens

@testable import Admin

@Suite("jwks.json")
struct KeySetEndpointTests {
    private func answer(_ keys: [TokenKey], _ method: String = "GET") async throws -> ReservedAnswer {
        let desk = try Desk()
        var services = desk.services
        services.manager = JWTManager(keys: try TokenKeys(keys), store: desk.store, clock: desk.clock.wallClock)
        return await desk.router.answer(.test(method, "jwks.json"), services)
    }

    @Test("The public keys are published, for others to keep a while, and no secret or private number is")
    func published() async throws {
        let keys = try [.es256, .rs256, .edDSA, .hs256].map { algorithm in
            try TokenKey.generate(algorithm, identifier: algorithm.rawValue)
        }
        let answer = try await answer(keys)
        #expect(answer.status == 200)
        #expect(answer.contentType == "application/jwk-set+json")
        #expect(answer.cacheControl == "public, max-age=300")
        let published = try #require(try answer.object["keys"]?.array)
        #expect(published.compactMap { $0["kid"]?.string } == ["ES256", "RS256", "EdDSA"])
        for name in ["d", "k", "p", "q", "dp", "dq", "qi"] { #expect(published.allSatisfy { $0[name] == nil }) }
        // What others verify with: a token that the first key signed.
        let judge = TokenJudge(keys: try TokenKeys(json: answer.body), demands: TokenDemands(signatureOnly: true))
        let token = try await JWTManager(keys: try TokenKeys(keys), store: MemoryTokenStore())
            .issueSession(subject: "alice", client: Desk.client).accessToken
        #expect(judge.judge(token).isValid)
    }

    @Test("Where tokens are signed with a secret, the set is empty")
    func secret() async throws {
        let answer = try await answer([try TokenKey.generate(.hs256)])
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"keys":[]}"#)
        #expect(try await self.answer([try TokenKey.generate(.hs256)], "POST").status == 405)
    }
}

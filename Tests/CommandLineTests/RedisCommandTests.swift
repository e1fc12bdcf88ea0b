import SallyportTesting
import Testing

@Suite("Commands on Redis", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct RedisCommandTests {
    @Test("Tokens and sessions live in Redis, over TCP and over its socket, under the configured prefix")
    func life() throws {
        let redis = try RedisServer()
        for url in [redis.url, redis.unixURL] {
            let gate = try Gate(store: url)
            let token = try gate.token()
            #expect(try gate.run("token", "verify", input: token).code == 0)
            #expect(try gate.run("token", "revoke", input: token).output == "{\"revoked\":true}\n")
            let bad = try gate.run("token", "verify", input: token)
            #expect(try members(bad.output)["code"] as? String == "token_revoked")
            #expect(try gate.run("session", "issue", "--data", #"{"sub":"alice"}"#).code == 0)
            #expect(try gate.run("session", "end", "--all-of", "alice").output == "{\"ended\":1}\n")
        }
    }

    @Test("A Redis that hangs is exit code 3 within the deadline, and a good token is not called bad")
    func hanging() throws {
        let redis = try RedisServer()
        let gate = try Gate(store: redis.url)
        let token = try gate.token()
        try redis.pause()
        let run = try gate.run("token", "verify", input: token)
        try redis.resume()
        #expect(run.code == 3)
        #expect(run.output == "")
    }
}

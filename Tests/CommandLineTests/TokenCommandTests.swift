import Testing

@Suite("sallyport token, on a store", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct TokenCommandTests {
    @Test("A token that was issued verifies with its claims, and no longer once it is revoked")
    func life() throws {
        let gate = try Gate()
        let token = try gate.token("--expires-in", "600")
        let good = try gate.run("token", "verify", "--type", "access", input: token + "\n")
        #expect(good.code == 0)
        let claims = try #require(try members(good.output)["claims"] as? [String: Any])
        #expect(claims["sub"] as? String == "alice")
        #expect(claims["roles"] as? [String] == ["admin"])
        #expect((claims["exp"] as? Int ?? 0) - (claims["iat"] as? Int ?? 0) == 600)

        let revoked = try gate.run("token", "revoke", input: token)
        #expect(revoked.code == 0)
        #expect(revoked.output == "{\"revoked\":true}\n")
        let bad = try gate.run("token", "verify", input: token)
        #expect(bad.code == 1)
        #expect(try members(bad.output)["code"] as? String == "token_revoked")
        let again = try gate.run("token", "revoke", input: token)
        #expect(again.code == 1)
        #expect(again.output == "{\"revoked\":false}\n")
    }

    @Test("The token may be an argument, a hyphen, or nothing")
    func sources() throws {
        let gate = try Gate()
        let token = try gate.token()
        for (word, input) in [(token, ""), ("-", token), (nil, " \(token)\r\n")] {
            let words = ["token", "verify", "--config", gate.configuration] + (word.map { [$0] } ?? [])
            #expect(try CommandRun(words, environment: gate.environment, input: Array(input.utf8)).code == 0)
        }
        #expect(try gate.run("token", "verify", input: "").code == 2)
    }

    @Test("A token of another type, time, issuer or client is refused, each with its code")
    func refusals() throws {
        let gate = try Gate(tokens: "{issuer: https://gate.example, leeway_seconds: 0}")
        let token = try gate.token("--user-agent", "check", "--client-address", "192.0.2.7")
        let rows: [([String], String?)] = [
            ([], nil), (["--type", "access"], nil), (["--type", "refresh"], "token_type"),
            (["--issuer", "https://other.example"], "token_issuer"), (["--audience", "shop"], "token_audience"),
            (["--now", "1000"], "token_not_yet_valid"), (["--now", "99999999999"], "token_expired"),
            (["--user-agent", "check", "--client-address", "192.0.2.7"], nil),
            (["--user-agent", "check", "--client-address", "::ffff:192.0.2.7"], nil),
            (["--user-agent", "check", "--client-address", "192.0.2.8"], "binding_mismatch"),
            (["--client-address", "192.0.2.7"], "binding_mismatch"),
        ]
        for (words, code) in rows {
            let all = ["token", "verify", "--config", gate.configuration] + words
            let run = try CommandRun(all, environment: gate.environment, input: Array(token.utf8))
            #expect(run.code == (code == nil ? 0 : 1), "\(words)")
            #expect(try members(run.output)["code"] as? String == code, "\(words)")
            #expect(try members(run.output)["valid"] as? Bool == (code == nil), "\(words)")
        }
    }

    @Test("Looking at a token confirms no generation: the session's refresh is as it was")
    func noTrace() throws {
        let gate = try Gate()
        let session = try members(try gate.run("session", "issue", "--data", #"{"sub":"alice"}"#).output)
        let token = try #require(session["access_token"] as? String)
        let before = try gate.run("session", "list", "alice").output
        #expect(try gate.run("token", "verify", input: token).code == 0)
        #expect(try gate.run("session", "list", "alice").output == before)
    }

    @Test("A token is taken apart without any key, and a text that is none is refused")
    func inspect() throws {
        let token = try Gate().token()
        let run = try CommandRun("token", "inspect", token)
        #expect(run.code == 0)
        #expect((try members(run.output)["header"] as? [String: Any])?["alg"] as? String == "HS256")
        #expect((try members(run.output)["claims"] as? [String: Any])?["sub"] as? String == "alice")
        #expect(run.errors == "sallyport: nothing of this was verified\n")
        let bad = try CommandRun("token", "inspect", "-", input: "a.b")
        #expect(bad.code == 1)
        #expect(bad.output == "")
        #expect(bad.errors == "sallyport: token_malformed: the token has not three parts\n")
    }

    @Test("Claims that Sallyport writes itself are refused, and claims may come from the standard input")
    func claims() throws {
        let gate = try Gate()
        let run = try gate.run("token", "issue", "--data", #"{"sub":"alice","exp":1}"#)
        #expect(run.code == 1)
        #expect(run.errors == "sallyport: token_malformed: the claim exp cannot be set\n")
        #expect(try gate.run("token", "issue", "--data", "-", input: #"{"sub":"alice"}"#).code == 0)
    }

    @Test(
        "A store that cannot be opened or reached is exit code 3",
        arguments: ["sqlite:/proc/nowhere/a.db", "redis://:canary@127.0.0.1:1", "unix:///nowhere/redis.sock"])
    func unreachable(_ url: String) throws {
        let gate = try Gate(store: url)
        let run = try gate.run("token", "issue", "--data", #"{"sub":"alice"}"#)
        #expect(run.code == 3)
        #expect(run.output == "")
        #expect(run.errors.contains("the token store could not answer"))
        #expect(!run.errors.contains("canary"))
    }
}

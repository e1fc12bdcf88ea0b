import Testing

@Suite("The command line's words", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct UsageTests {
    @Test(
        "Words that fit no command are usage errors with exit code 2, and nothing goes to the standard output",
        arguments: [
            ["bogus"], ["token", "issue"], ["token", "verify"],
            ["token", "verify", "--keys", "a", "--secret-env", "B"],
            ["token", "verify", "--stdin", "--secret-env", "B", "x.y.z"],
            ["token", "verify", "--secret-env", "B", "--algorithm", "none"],
            ["token", "verify", "--secret-env", "B", "--type", "id"],
            ["token", "verify", "--secret-env", "B", "--user-agent", "a"],
            ["token", "verify", "--secret-env", "B", "--leeway", "-1"],
            ["token", "issue", "--config", "a", "--data", "{}", "--expires-in", "0"],
            ["token", "issue", "--config", "a", "--data", "{}", "--client-address", "localhost"],
            ["token", "issue", "--config", "a", "--data", "[1]"],
            ["session", "issue", "--config", "a", "--data", #"{"roles":[]}"#],
            ["session", "end", "--config", "a"], ["session", "end", "--config", "a", "sid", "--all-of", "alice"],
            ["keys", "generate", "--algorithm", "RS255"], ["keys", "generate", "--jwk", "--set"], ["keys", "rotate"],
            ["keys", "export"], ["keys", "generate", "--kid", "a"],
        ])
    func usage(_ words: [String]) throws {
        let run = try CommandRun(words)
        #expect(run.code == 2)
        #expect(run.output == "")
        #expect(run.errors != "")
    }

    @Test(
        "Help is asked for and goes to the standard output with exit code 0",
        arguments: [
            ["--help"], [], ["help", "token"], ["token", "verify", "--help"], ["check", "--help"],
            ["keys", "generate", "--help"],
        ])
    func help(_ words: [String]) throws {
        let run = try CommandRun(words)
        #expect(run.code == 0)
        #expect(run.output.contains("USAGE: sallyport"))
        #expect(run.errors == "")
    }

    @Test("The version is one line")
    func version() throws {
        let run = try CommandRun("version")
        #expect(run.code == 0)
        #expect(run.output.wholeMatch(of: /sallyport \d+\.\d+\.\d+\n/) != nil)
    }
}

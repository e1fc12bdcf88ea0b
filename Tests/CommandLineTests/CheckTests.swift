import Testing

@Suite("sallyport check", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct CheckTests {
    @Test("A good file is good")
    func good() throws {
        let gate = try Gate()
        let run = try gate.run("check")
        #expect(run.code == 0)
        #expect(run.output == "\(gate.configuration): good\n")
    }

    @Test("Each problem is a line with its place, and the exit code is 1")
    func problems() throws {
        let folder = try TestFolder()
        let path = try folder.write("s.yaml", "listeners: [{address: 127.0.0.1:0}]\nrotes: []\nstore: {url: ftp://x}\n")
        let run = try CommandRun("check", "--config", path)
        #expect(run.code == 1)
        #expect(
            run.lines.map { String($0.dropFirst(path.count)) } == [
                ":1:1: routes: is missing: write a list such as [{upstream: NAME}]",
                ":1:1: tokens.secret: needs the environment variable JWT_SECRET_KEY, which is not set: set it, or write {file: PATH}",
                ":1:1: upstreams: is missing: write {NAME: {endpoints: [127.0.0.1:3000]}}",
                ":2:1: rotes: is no known key; did you mean “routes”?",
                ":3:14: store.url: has an unknown scheme: write memory:, sqlite:PATH, redis://HOST:PORT or unix://PATH",
            ])
        #expect(run.errors == "sallyport: 5 problems\n")
    }

    @Test("A store's URL is judged by the store, at its place and without its password")
    func storeURL() throws {
        let gate = try Gate(store: "redis://:canary@127.0.0.1:0/x")
        let run = try gate.run("check")
        #expect(run.code == 1)
        #expect(
            run.output
                == "\(gate.configuration):3:14: store.url: the store URL's port is not a number from 1 to 65535\n")
        #expect(try Gate(store: "redis://:canary@127.0.0.1:1/0").run("check").code == 0)
    }

    @Test("A warning does not keep a file from being good")
    func warning() throws {
        let gate = try Gate(tokens: "{refresh_token_expire_seconds: 5}")
        let run = try gate.run("check")
        #expect(run.code == 0)
        #expect(run.lines.count == 2)
        #expect(run.lines[0].hasSuffix("so that nothing is ever refreshed (warning)"))
    }

    @Test("Another command on a bad file tells the problems on the standard error, with exit code 1")
    func elsewhere() throws {
        let folder = try TestFolder()
        let path = try folder.write("s.yaml", "")
        let run = try CommandRun("token", "issue", "--config", path, "--data", "{}")
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors == "\(path):1:1: the file is empty: write at least listeners, upstreams and routes\n")
    }
}

import Testing

@Suite("sallyport demo", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct DemoCommandTests {
    @Test(
        "Words that do not fit are usage errors",
        arguments: [
            ["--port", "65536"], ["--port", "-1"], ["--access-token-expire-seconds", "0"], ["--state-directory", ""],
            ["--application-only"], ["--listen", "127.0.0.1:3000"],
            ["--application-only", "--listen", "localhost:3000"],
            ["--application-only", "--listen", "127.0.0.1"], ["--application-only", "--listen", "::1:3000"],
            ["--application-only", "--listen", "127.0.0.1:65536"],
        ])
    func usage(_ words: [String]) throws {
        let run = try CommandRun(["demo"] + words)
        #expect(run.code == 2)
        #expect(run.output == "")
    }

    @Test("A state folder that cannot be made ends the start with its reason")
    func stateFolder() throws {
        let folder = try TestFolder()
        let path = folder.path + "/missing/state"
        let run = try CommandRun(["demo", "--port", "0", "--state-directory", path])
        #expect(run.code == 1)
        #expect(run.errors == "sallyport: cannot create the folder \(path): No such file or directory\n")
    }

    @Test("A store that nobody knows ends the start")
    func unknownStore() throws {
        let folder = try TestFolder()
        let run = try CommandRun([
            "demo", "--port", "0", "--state-directory", folder.path + "/state", "--store", "ftp://x",
        ])
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix("sallyport: "))
    }
}
